package dev.caravan.processors.kafka;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SequenceMemoryTest {

    private final SequenceMemory memory = new SequenceMemory();

    @Test
    void aRepeatedOrLateNumberIsNotNew() {
        assertTrue(memory.isNew("s", 5, 0));
        assertFalse(memory.isNew("s", 5, 10));
        assertFalse(memory.isNew("s", 4, 20));
        assertTrue(memory.isNew("s", 6, 30));
        assertTrue(memory.isNew("other", 1, 30), "each key counts for itself");
    }

    @Test
    void aProducerThatStartsOverIsRecognisedByAFarNumberOrBySilence() {
        assertTrue(memory.isNew("far", 1_000, 0));
        assertTrue(memory.isNew("far", 0, 10));
        assertTrue(memory.isNew("silent", 50, 0));
        assertFalse(memory.isNew("silent", 0, SequenceMemory.SILENCE_MS));
        assertTrue(memory.isNew("silent", 0, SequenceMemory.SILENCE_MS + 1));
    }

    @Test
    void manyKeysPushOutTheOldestOnly() {
        memory.isNew("oldest", 5, 0);
        for (int i = 0; i < 2_000; i++) {
            memory.isNew("k" + i, 5, 0);
        }
        assertTrue(memory.isNew("oldest", 5, 0), "forgotten");
        assertFalse(memory.isNew("k1999", 5, 0));
    }
}
