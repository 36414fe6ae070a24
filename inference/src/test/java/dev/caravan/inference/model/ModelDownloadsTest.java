package dev.caravan.inference.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import dev.caravan.inference.model.ModelDownloads.Outcome;
import dev.caravan.inference.model.ModelDownloads.Status;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelDownloadsTest {

    private static final String WEIGHTS = "/daydreamlive/RIFE/resolve/main/flownet.pkl";
    private static final byte[] LARGE = new byte[300_000];

    static {
        new Random(7).nextBytes(LARGE);
    }

    @TempDir
    Path models;

    private HubStandIn hub;
    private ModelStore store;
    private ModelDownloads downloads;
    private volatile Optional<String> token = Optional.empty();
    private final CountDownLatch goOn = new CountDownLatch(1);

    @BeforeEach
    void start() throws IOException {
        hub = new HubStandIn().withAllOf("rife").with(WEIGHTS, LARGE);
        store = new ModelStore(models);
        downloads = new ModelDownloads(store, settings(hub.uri(), Duration.ofSeconds(20)), surroundings(1L << 50));
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        downloads.close();
        hub.close();
    }

    @Test
    void everyFileEndsUpWhereItBelongs() throws IOException {
        hub.withAllOf("longlive");
        assertEquals(Outcome.STARTED, downloads.start("longlive"));
        assertEquals(new Status(true, Optional.empty()), finished("longlive"));
        Path wan = models.resolve("Wan2.1-T2V-1.3B");
        assertEquals("google/sub dir/tokenizer.json", Files.readString(wan.resolve("google/sub dir/tokenizer.json")));
        assertEquals("google/spiece.model", Files.readString(wan.resolve("google/spiece.model")));
        assertEquals(
                "/daydreamlive/LongLive-1.3B/resolve/main/models/lora.pt",
                Files.readString(models.resolve("LongLive-1.3B/models/lora.pt")));
        assertEquals(List.of(), incompleteFiles());
    }

    @Test
    void filesThatAreThereAreNotFetchedAgain() throws IOException {
        put("RIFE/config.json", "mine".getBytes());
        downloads.start("rife");
        finished("rife");
        assertEquals("mine", Files.readString(models.resolve("RIFE/config.json")));
        assertTrue(hub.requests.stream().noneMatch(request -> request.contains("config.json")), hub.requests::toString);
    }

    @Test
    void nothingToDoIsDoneAtOnce() {
        assertEquals(Outcome.STARTED, downloads.start("passthrough"));
        assertEquals(new Status(true, Optional.empty()), downloads.status("passthrough"));
        assertEquals(List.of(), hub.requests);
    }

    @Test
    void aSecondStartIsRefusedFromTheFirstMomentOn() {
        hub.mood = (exchange, file) -> {
            goOn.await();
            return false;
        };
        assertEquals(Outcome.STARTED, downloads.start("rife"));
        assertEquals(
                new Status(false, Optional.of(progress(true, Optional.empty()))),
                downloads.status("rife"));
        assertEquals(Outcome.ALREADY_RUNNING, downloads.start("rife"));
        goOn.countDown();
        assertEquals(new Status(true, Optional.empty()), finished("rife"));
    }

    @Test
    void progressCountsBytesWithOneDecimal() {
        hub.with("/daydreamlive/RIFE/resolve/main/config.json", new byte[0]);
        holdWeightsAt(100_000);
        downloads.start("rife");
        await(() -> downloads.progress("rife").orElseThrow().percentage() == 33.3);
        assertFalse(downloads.status("rife").downloaded());
        goOn.countDown();
        assertTrue(finished("rife").downloaded());
    }

    @Test
    void aSecondPipelineWaitsForItsTurn() {
        hub.withAllOf("scribble");
        holdWeightsAt(1);
        downloads.start("rife");
        downloads.start("scribble");
        await(() -> hub.requests.contains("GET " + WEIGHTS));
        assertTrue(downloads.progress("scribble").orElseThrow().isDownloading());
        assertTrue(hub.requests.stream().noneMatch(request -> request.contains("VACE-Annotators")));
        goOn.countDown();
        assertTrue(finished("scribble").downloaded());
    }

    @Test
    void aDownloadGoesOnWhereTheLastOneEnded() throws IOException {
        put("RIFE/flownet.pkl.incomplete", Arrays.copyOf(LARGE, 123_456));
        downloads.start("rife");
        finished("rife");
        assertTrue(hub.requests.contains("GET " + WEIGHTS + " bytes=123456-"), hub.requests::toString);
        assertArrayEquals(LARGE, Files.readAllBytes(models.resolve("RIFE/flownet.pkl")));
    }

    @Test
    void aCutConnectionIsTakenUpAgainByItself() throws IOException {
        AtomicInteger cuts = new AtomicInteger();
        hub.mood = (exchange, file) -> {
            if (!isGet(exchange, WEIGHTS) || cuts.incrementAndGet() > 2) {
                return false;
            }
            HubStandIn.begin(exchange, file, 100_000 * cuts.get());
            return true;
        };
        downloads.start("rife");
        assertTrue(finished("rife").downloaded());
        assertTrue(hub.requests.stream().filter(request -> request.startsWith("GET " + WEIGHTS + " bytes=")).count() >= 2);
        assertArrayEquals(LARGE, Files.readAllBytes(models.resolve("RIFE/flownet.pkl")));
    }

    @Test
    void aConnectionThatIsCutWithoutABytePutsAnEndToIt() {
        hub.mood = (exchange, file) -> {
            if (isGet(exchange, WEIGHTS)) {
                HubStandIn.begin(exchange, file, 0);
                return true;
            }
            return false;
        };
        downloads.start("rife");
        assertEquals(failure(ModelDownloads.FAILED), finished("rife").progress().orElseThrow().error());
    }

    @Test
    void aSilentServerIsGivenUpAndWhatCameIsKept() throws IOException {
        ModelDownloads impatient = new ModelDownloads(store, settings(hub.uri(), Duration.ofMillis(300)), surroundings(1L << 50));
        try (impatient) {
            holdWeightsAt(1_000);
            impatient.start("rife");
            await(() -> impatient.status("rife").progress().filter(DownloadProgress::isDownloading).isEmpty());
            assertEquals(failure(ModelDownloads.FAILED), impatient.progress("rife").orElseThrow().error());
            assertArrayEquals(Arrays.copyOf(LARGE, 1_000), Files.readAllBytes(models.resolve("RIFE/flownet.pkl.incomplete")));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void aRefusalNamesTheKeyAndALaterStartUsesIt(int status) {
        hub.mood = (exchange, file) -> {
            if ("Bearer hf_secret".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                return false;
            }
            HubStandIn.respond(exchange, status);
            return true;
        };
        downloads.start("rife");
        Status refused = finished("rife");
        assertFalse(refused.downloaded());
        assertEquals(
                failure("Download failed due to authentication error. For HuggingFace models, make sure your HuggingFace key is "
                        + "configured in Settings > API Keys."),
                refused.progress().orElseThrow().error());
        token = Optional.of("hf_secret");
        assertEquals(Outcome.STARTED, downloads.start("rife"));
        assertTrue(finished("rife").downloaded());
    }

    @Test
    void aMissingFileFailsBeforeAnythingIsFetchedAndALaterStartTriesAgain() {
        hub.without(WEIGHTS);
        downloads.start("rife");
        assertEquals(
                progress(false, failure("Download failed. Check the server logs for details.")),
                finished("rife").progress().orElseThrow());
        assertTrue(hub.requests.stream().noneMatch(request -> request.contains("resolve")), hub.requests::toString);
        hub.with(WEIGHTS, LARGE);
        assertEquals(Outcome.STARTED, downloads.start("rife"));
        assertEquals(new Status(true, Optional.empty()), finished("rife"));
    }

    @Test
    void anErrorIsForgottenWhenTheFilesComeByHand() throws IOException {
        hub.mood = (exchange, file) -> {
            HubStandIn.respond(exchange, 500);
            return true;
        };
        downloads.start("rife");
        assertFalse(finished("rife").downloaded());
        put("RIFE/config.json", LARGE);
        put("RIFE/flownet.pkl", LARGE);
        assertEquals(new Status(true, Optional.empty()), downloads.status("rife"));
    }

    @Test
    void theTokenIsForTheHubAloneAndNotForWhereItRedirects() throws IOException {
        token = Optional.of("hf_secret");
        try (HubStandIn contentNetwork = new HubStandIn().with("/blob", LARGE)) {
            hub.mood = (exchange, file) -> {
                if (!exchange.getRequestURI().getPath().equals(WEIGHTS)) {
                    return false;
                }
                exchange.getResponseHeaders().set("Location", contentNetwork.uri() + "/blob?signature=x");
                HubStandIn.respond(exchange, 302);
                return true;
            };
            downloads.start("rife");
            assertTrue(finished("rife").downloaded());
            assertEquals(List.of("GET /blob"), contentNetwork.requests);
            assertTrue(hub.requests.contains("GET " + WEIGHTS + " Bearer hf_secret"), hub.requests::toString);
        }
        assertArrayEquals(LARGE, Files.readAllBytes(models.resolve("RIFE/flownet.pkl")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://127.0.0.1/x", "http:nowhere", "/daydreamlive/RIFE/resolve/main/flownet.pkl"})
    void aRedirectToNowhereEndsInAnError(String location) {
        hub.mood = (exchange, file) -> {
            if (!isGet(exchange, WEIGHTS)) {
                return false;
            }
            exchange.getResponseHeaders().set("Location", location);
            HubStandIn.respond(exchange, 302);
            return true;
        };
        downloads.start("rife");
        assertEquals(failure(ModelDownloads.FAILED), finished("rife").progress().orElseThrow().error());
    }

    @Test
    void aServerThatKnowsNoRangesSendsAllAgain() throws IOException {
        put("RIFE/flownet.pkl.incomplete", Arrays.copyOf(LARGE, 1_000));
        hub.mood = (exchange, file) -> {
            if (!isGet(exchange, WEIGHTS)) {
                return false;
            }
            exchange.sendResponseHeaders(200, file.length);
            exchange.getResponseBody().write(file);
            return true;
        };
        downloads.start("rife");
        finished("rife");
        assertArrayEquals(LARGE, Files.readAllBytes(models.resolve("RIFE/flownet.pkl")));
    }

    @ParameterizedTest
    @ValueSource(ints = {300_000, 300_001})
    void aPartAsLongAsTheFileIsTheFileAndALongerOneIsNot(int length) throws IOException {
        put("RIFE/flownet.pkl.incomplete", Arrays.copyOf(LARGE, length));
        downloads.start("rife");
        finished("rife");
        assertArrayEquals(LARGE, Files.readAllBytes(models.resolve("RIFE/flownet.pkl")));
        assertEquals(length == LARGE.length, hub.requests.stream().noneMatch(request -> request.startsWith("GET " + WEIGHTS)));
    }

    @Test
    void aDirectoryFetchedInPartIsNotTakenForWhole() {
        hub.withAllOf("longlive");
        hub.mood = (exchange, file) -> {
            if (exchange.getRequestURI().getPath().endsWith("spiece.model")) {
                await(() -> Files.exists(models.resolve("Wan2.1-T2V-1.3B/google/sub dir/tokenizer.json")));
                HubStandIn.respond(exchange, 500);
                return true;
            }
            return false;
        };
        downloads.start("longlive");
        assertFalse(finished("longlive").downloaded());
        assertTrue(Files.exists(models.resolve("Wan2.1-T2V-1.3B/google/sub dir/tokenizer.json")));
        assertTrue(store.missing("longlive").contains("Wan2.1-T2V-1.3B/google/"));
        hub.mood = (exchange, file) -> false;
        downloads.start("longlive");
        assertEquals(new Status(true, Optional.empty()), finished("longlive"));
    }

    @Test
    void aFullDiskIsSeenBeforeItIsFull() throws IOException {
        try (ModelDownloads cramped = new ModelDownloads(store, settings(hub.uri(), Duration.ofSeconds(20)), surroundings(256L << 20))) {
            cramped.start("rife");
            await(() -> !cramped.progress("rife").orElseThrow().isDownloading());
            assertEquals(failure(ModelDownloads.FAILED), cramped.progress("rife").orElseThrow().error());
            assertEquals(List.of(), incompleteFiles());
        }
    }

    @Test
    void closingStopsARunningDownloadAndLeavesNoThread() throws IOException {
        List<Thread> before = threads();
        ModelDownloads ours = new ModelDownloads(store, settings(hub.uri(), Duration.ofSeconds(20)), surroundings(1L << 50));
        holdWeightsAt(100_000);
        ours.start("rife");
        await(() -> Files.exists(models.resolve("RIFE/config.json")) && ours.progress("rife").orElseThrow().percentage() > 30);
        ours.close();
        assertEquals(Optional.empty(), ours.progress("rife"));
        assertThrows(IllegalStateException.class, () -> ours.start("rife"));
        await(() -> threads().stream().allMatch(before::contains));
        // How much of what was sent had been written by then is chance; what was stays for the next attempt.
        long kept = Files.size(models.resolve("RIFE/flownet.pkl.incomplete"));
        assertTrue(0 < kept && kept <= 100_000, "kept " + kept);
    }

    @Test
    void aHubIsAnHttpAddress() {
        assertThrows(IllegalArgumentException.class, () -> settings(URI.create("file:///models"), Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> settings(URI.create("huggingface.co"), Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> settings(hub.uri(), Duration.ofSeconds(1)).withParallel(0));
    }

    private DownloadSettings settings(URI base, Duration readTimeout) {
        return DownloadSettings.of(base, () -> token).withTimeouts(Duration.ofSeconds(5), readTimeout).withRetries(2);
    }

    /** A clock that stands still, nights that take no time, and a disk of this size. */
    private static Surroundings surroundings(long usable) {
        return new Surroundings(() -> Instant.EPOCH, time -> {}, folder -> usable);
    }

    /** The weights arrive up to a byte; the rest comes when the test says so. */
    private void holdWeightsAt(int bytes) {
        hub.mood = (exchange, file) -> {
            if (!isGet(exchange, WEIGHTS)) {
                return false;
            }
            HubStandIn.begin(exchange, file, bytes);
            goOn.await();
            exchange.getResponseBody().write(file, bytes, file.length - bytes);
            return true;
        };
    }

    private static boolean isGet(HttpExchange exchange, String path) {
        return exchange.getRequestMethod().equals("GET") && exchange.getRequestURI().getPath().equals(path);
    }

    private Status finished(String pipelineId) {
        await(() -> downloads.progress(pipelineId).filter(DownloadProgress::isDownloading).isEmpty());
        return downloads.status(pipelineId);
    }

    /** Before any size is known. */
    private static DownloadProgress progress(boolean running, Optional<String> error) {
        return new DownloadProgress(running, 0, "daydreamlive/RIFE", 0, 0, 0, OptionalLong.empty(), error);
    }

    private static Optional<String> failure(String text) {
        return Optional.of(text);
    }

    private List<Path> incompleteFiles() throws IOException {
        try (Stream<Path> all = Files.walk(models)) {
            return all.filter(path -> path.toString().endsWith(".incomplete")).toList();
        }
    }

    private void put(String file, byte[] content) throws IOException {
        Path path = models.resolve(file);
        Files.createDirectories(path.getParent());
        Files.write(path, content);
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("caravan-") || thread.getName().startsWith("HttpClient-"))
                .toList();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "the awaited did not happen within 20 s");
            LockSupport.parkNanos(2_000_000);
        }
    }
}
