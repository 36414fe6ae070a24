package dev.caravan.inference.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.text.ConditioningRequest.Restart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PromptConditionerTest {

    private final PromptConditioner conditioner = new PromptConditioner();
    private final List<String> encoded = new ArrayList<>();

    @Test
    void promptsAreCleanedBeforeTheyAreEncodedAndReportedAsWritten() {
        Conditioning first = call(List.of(new WeightedPrompt("  a &amp;\n b ")), null, Restart.NO);
        assertEquals(List.of("a & b"), encoded);
        assertEquals(List.of(new WeightedPrompt("  a &amp;\n b ")), first.currentPrompts());
    }

    @Test
    void noPromptIsOneEmptyPrompt() {
        assertTrue(call(List.of(), null, Restart.NO).updated());
        assertEquals(List.of(""), encoded);
    }

    @Test
    void aTransitionGoesOnWhileItIsNamedAndThenStays() {
        call("a");
        assertSteps(List.of(1f, 2f, 3f), "a", to("c", 3));
        Conditioning after = call("a");
        assertFalse(after.updated());
        assertTrue(!after.transitionActive() && !after.transitionWasActive());
        assertEquals(List.of(new WeightedPrompt("c")), after.currentPrompts());
        assertEquals(List.of("a", "c"), encoded);
    }

    @Test
    void theCallAfterTheLastStepStillSaysThatATransitionRan() {
        call("a");
        call("a", to("c", 2));
        assertTrue(call("a", to("c", 2)).transitionWasActive());
    }

    @Test
    void aTransitionNamedOnlyOnceIsTakenBackByTheNextCall() {
        call("a");
        assertTrue(call("a", to("c", 3)).transitionActive());
        Conditioning next = call("a");
        assertFalse(next.transitionActive());
        assertEquals(1f, value(next));
        assertEquals(List.of(new WeightedPrompt("a")), next.currentPrompts());
    }

    @Test
    void aTransitionWithoutTargetsIsTakenBackByTheNextCall() {
        call("a");
        PromptTransition slowly = new PromptTransition(List.of(), 2, Interpolation.LINEAR);
        assertTrue(call("c", slowly).transitionActive());
        Conditioning next = call("c", slowly);
        assertFalse(next.transitionActive());
        assertEquals(List.of("a", "c", "a"), encoded);
        assertEquals(1f, value(next));
    }

    @Test
    void anotherTargetStartsFromThePresentBlend() {
        call("a");
        call("a", to("c", 3));
        assertEquals(2f, value(call("a", to("c", 3))));
        assertSteps(List.of(2f, 4f, 6f), "a", to("f", 3));
    }

    @Test
    void aTransitionOfAMillionStepsTakesNoMoreMemoryThanOne() {
        call("a");
        assertEquals(1f, value(call("a", to("c", Integer.MAX_VALUE))));
        assertTrue(call("a", to("c", Integer.MAX_VALUE)).transitionActive());
    }

    @Test
    void aRestartFallsBackToTheRequestedPromptsAsTheReferenceDoes() {
        call("a");
        call("a", to("c", 1));
        assertEquals(1f, value(call("a", Restart.WITH_REQUESTED_PROMPTS)));
    }

    @Test
    void aRestartCanKeepThePromptsThatATransitionLedTo() {
        call("a");
        call("a", to("c", 2));
        call("a", to("c", 2));
        Conditioning restarted = call("a", Restart.WITH_CURRENT_PROMPTS);
        assertTrue(restarted.updated());
        assertEquals(3f, value(restarted));
        assertEquals(3f, value(call("a")));
        assertEquals(List.of(new WeightedPrompt("c")), conditioner.currentPrompts().orElseThrow());
    }

    @Test
    void newPromptsThatComeWithARestartCount() {
        call("a");
        call("a", to("c", 1));
        assertEquals(2f, value(call("b", Restart.WITH_CURRENT_PROMPTS)));
    }

    @Test
    void aFailedEncodingChangesNothing() {
        call("a");
        call("a", to("c", 3));
        ConditioningRequest request =
                new ConditioningRequest(List.of(new WeightedPrompt("b")), Interpolation.LINEAR, Optional.empty(), Restart.WITH_CURRENT_PROMPTS);
        assertThrows(IllegalStateException.class, () -> conditioner.next(request, _ -> {
            throw new IllegalStateException("device lost");
        }));
        assertEquals(2f, value(call("a", to("c", 3))));
    }

    @Test
    void nearlyParallelRowsAreMixedLinearly() {
        PromptEmbedding a = new PromptEmbedding(3, 2, new float[] {1, 0, 3, 4, 0, 0});
        PromptEmbedding b = new PromptEmbedding(3, 2, new float[] {3, 1e-5f, 3, 4, 0, 0});
        PromptEmbedding middle = PromptBlend.between(a, b, 0.5, Interpolation.SLERP);
        assertArrayEquals(new float[] {2, 5e-6f, 3, 4, 0, 0}, middle.values(), 1e-6f);
    }

    @Test
    void embeddingsOfDifferentShapesAreNotBlended() {
        PromptEmbedding other = new PromptEmbedding(2, 1, new float[2]);
        assertThrows(IllegalArgumentException.class, () -> PromptBlend.between(embedding("a"), other, 0.5, Interpolation.LINEAR));
        assertThrows(IllegalArgumentException.class,
                () -> PromptBlend.blend(List.of(embedding("a"), other), List.of(1.0, 1.0), Interpolation.LINEAR));
    }

    @Test
    void anUnchangedCallGivesTheSameEmbedding() {
        assertSame(call("a").embedding(), call("a").embedding());
    }

    @Test
    void anotherWayOfBlendingTwoPromptsCountsWithTheNextCall() {
        List<WeightedPrompt> two = List.of(new WeightedPrompt("a"), new WeightedPrompt("b"));
        assertTrue(call(two, Interpolation.LINEAR).updated());
        assertTrue(call(two, Interpolation.SLERP).updated());
        assertFalse(call(two, Interpolation.SLERP).updated());
        assertTrue(call("a").updated());
        call(List.of(new WeightedPrompt("a")), Interpolation.LINEAR);
        assertFalse(call(List.of(new WeightedPrompt("a")), Interpolation.SLERP).updated(), "of one prompt there is but one blend");
    }

    private void assertSteps(List<Float> values, String prompt, PromptTransition transition) {
        List<Float> found = new ArrayList<>();
        for (int step = 0; step < values.size(); step++) {
            Conditioning conditioning = call(prompt, transition);
            found.add(value(conditioning));
            assertEquals(step + 1 < values.size(), conditioning.transitionActive());
        }
        assertEquals(values, found);
    }

    private Conditioning call(String prompt) {
        return call(prompt, Restart.NO);
    }

    private Conditioning call(String prompt, Restart restart) {
        return call(List.of(new WeightedPrompt(prompt)), null, restart);
    }

    private Conditioning call(String prompt, PromptTransition transition) {
        return call(List.of(new WeightedPrompt(prompt)), transition, Restart.NO);
    }

    private Conditioning call(List<WeightedPrompt> prompts, PromptTransition transition, Restart restart) {
        return conditioner.next(new ConditioningRequest(prompts, Interpolation.LINEAR, Optional.ofNullable(transition), restart), text -> {
            encoded.add(text);
            return embedding(text);
        });
    }

    private Conditioning call(List<WeightedPrompt> prompts, Interpolation blending) {
        return conditioner.next(new ConditioningRequest(prompts, blending, Optional.empty(), Restart.NO), PromptConditionerTest::embedding);
    }

    private static PromptTransition to(String prompt, int steps) {
        return new PromptTransition(List.of(new WeightedPrompt(prompt)), steps, Interpolation.LINEAR);
    }

    /** One number: a is 1, b is 2, ... */
    private static PromptEmbedding embedding(String text) {
        return new PromptEmbedding(1, 1, new float[] {text.isEmpty() ? 0 : text.charAt(0) - 'a' + 1});
    }

    private static float value(Conditioning conditioning) {
        return conditioning.embedding().values()[0];
    }
}
