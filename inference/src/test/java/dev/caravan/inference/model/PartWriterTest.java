package dev.caravan.inference.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartWriterTest {

    private static final RemoteFile FILE =
            new RemoteFile(Artifact.of("owner/repo", "x"), "x", OptionalLong.empty(), Optional.empty());

    @TempDir
    Path folder;

    private Path path;
    private PartFile part;
    private final List<String> asked = new ArrayList<>();
    private final List<Long> heard = new ArrayList<>();

    @BeforeEach
    void partOfFive() throws Exception {
        path = folder.resolve("x.incomplete");
        Files.writeString(path, "hello");
        part = PartFile.open(FILE, path);
    }

    @AfterEach
    void close() throws IOException {
        part.close();
    }

    @Test
    void whatComesIsAddedAndThePartKnowsTheDigestOfAll() throws IOException {
        assertEquals(5, part.resume(FILE));
        PartWriter writer = writer(8);
        writer.onNext(List.of(bytes("y"), bytes("z")));
        writer.onNext(List.of(bytes("!")));
        writer.onComplete();
        assertEquals(8, writer.getBody().toCompletableFuture().join());
        assertEquals("helloyz!", Files.readString(path));
        assertEquals(List.of(7L, 8L), heard);
        assertEquals(HubStandIn.hex("SHA-256", "helloyz!".getBytes()), part.digest().hex());
    }

    @Test
    void aPartThatBeginsAnewForgetsWhatItHeld() throws IOException {
        part.resume(FILE);
        part.restart();
        writer(3).onNext(List.of(bytes("abc")));
        assertEquals("abc", Files.readString(path));
        assertEquals(HubStandIn.hex("SHA-256", "abc".getBytes()), part.digest().hex());
    }

    @Test
    void moreThanAnnouncedIsNotWritten() throws IOException {
        part.restart();
        PartWriter writer = writer(3);
        writer.onNext(List.of(bytes("abc"), bytes("d")));
        CompletionException refused =
                assertThrows(CompletionException.class, () -> writer.getBody().toCompletableFuture().join());
        assertInstanceOf(DownloadException.class, refused.getCause());
        assertEquals("abc", Files.readString(path));
        assertEquals("cancel", asked.getLast());
    }

    @Test
    void nothingIsWrittenAfterACancel() throws IOException {
        part.restart();
        PartWriter writer = writer(100);
        writer.onNext(List.of(bytes("abc")));
        writer.cancel();
        writer.onNext(List.of(bytes("def")));
        writer.onComplete();
        assertEquals("abc", Files.readString(path));
        assertThrows(CompletionException.class, () -> writer.getBody().toCompletableFuture().join());
    }

    @Test
    void aPartThatIsOpenCannotBeOpenedAgain() throws IOException {
        DownloadException refused = assertThrows(DownloadException.class, () -> PartFile.open(FILE, path));
        assertEquals("repo/x is being downloaded by another Caravan: wait for it or stop it", refused.getMessage());
        assertEquals("hello", Files.readString(path));
    }

    private PartWriter writer(long end) {
        PartWriter writer = new PartWriter(part, end, heard::add);
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
