package dev.caravan.inference.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartWriterTest {

    @TempDir
    Path folder;

    private Path part;
    private final List<String> asked = new ArrayList<>();
    private final List<Long> heard = new ArrayList<>();

    @BeforeEach
    void partOfFive() throws IOException {
        part = folder.resolve("x.incomplete");
        Files.writeString(part, "hello");
    }

    @Test
    void whatIsBehindTheOffsetIsReplaced() throws IOException {
        PartWriter writer = writer(2, 6);
        writer.onNext(List.of(bytes("y"), bytes("yz")));
        writer.onNext(List.of(bytes("!")));
        writer.onComplete();
        assertEquals(6, writer.getBody().toCompletableFuture().join());
        assertEquals("heyyz!", Files.readString(part));
        assertEquals(List.of(2L, 5L, 6L), heard);
    }

    @Test
    void moreThanAnnouncedIsNotWritten() throws IOException {
        PartWriter writer = writer(0, 3);
        writer.onNext(List.of(bytes("abc"), bytes("d")));
        assertThrows(CompletionException.class, () -> writer.getBody().toCompletableFuture().join());
        assertEquals("abc", Files.readString(part));
        assertEquals("cancel", asked.getLast());
    }

    @Test
    void nothingIsWrittenAfterACancel() throws IOException {
        PartWriter writer = writer(0, 100);
        writer.onNext(List.of(bytes("abc")));
        writer.cancel();
        writer.onNext(List.of(bytes("def")));
        writer.onComplete();
        assertEquals("abc", Files.readString(part));
        assertThrows(CompletionException.class, () -> writer.getBody().toCompletableFuture().join());
    }

    private PartWriter writer(long offset, long end) throws IOException {
        PartWriter writer = new PartWriter(part, offset, end, heard::add);
        writer.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {
                asked.add("request");
            }

            @Override
            public void cancel() {
                asked.add("cancel");
            }
        });
        return writer;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes());
    }
}
