package dev.caravan.inference.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A download against a hub that misbehaves in every way we know. */
class ModelFetcherTest {

    private static final String RESOLVE = "/daydreamlive/RIFE/resolve/main/";
    private static final String WEIGHTS = RESOLVE + "flownet.pkl";
    private static final byte[] LARGE = new byte[300_000];

    static {
        new Random(11).nextBytes(LARGE);
    }

    @TempDir
    Path models;

    private HubStandIn hub;
    private ModelStore store;
    private long usable = 1L << 50;
    private final List<Duration> slept = new CopyOnWriteArrayList<>();
    private final Transfer transfer = new Transfer(() -> Instant.EPOCH);

    @BeforeEach
    void start() throws IOException {
        hub = new HubStandIn().withAllOf("rife").with(WEIGHTS, LARGE);
        store = new ModelStore(models);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void whatWasCheckedIsRecorded() throws Exception {
        fetch("rife");
        Map<String, Records.Entry> records = Records.read(models.resolve("RIFE"));
        assertEquals(
                new Records.Entry(300_000, new Digest(Digest.Kind.SHA256, HubStandIn.hex("SHA-256", LARGE))), records.get("flownet.pkl"));
        byte[] config = (RESOLVE + "config.json").getBytes();
        assertEquals(
                new Records.Entry(config.length, new Digest(Digest.Kind.GIT, HubStandIn.gitName(config))), records.get("config.json"));
    }

    @Test
    void aCutDownloadIsResumedToTheSameBytesEvenWhenItsPartCameFromAnEarlierLife() throws Exception {
        part("RIFE/flownet.pkl", Arrays.copyOf(LARGE, 70_001));
        AtomicInteger cuts = new AtomicInteger();
        hub.mood = (exchange, file) -> {
            if (!isWeights(exchange) || cuts.incrementAndGet() > 2) {
                return false;
            }
            HubStandIn.begin(exchange, file, 70_001 + 65_537 * cuts.get());
            return true;
        };
        fetch("rife");
        assertTrue(hub.requests.contains("GET " + WEIGHTS + " bytes=70001-"), hub.requests::toString);
        assertEquals(3, hub.requests.stream().filter(request -> request.startsWith("GET " + WEIGHTS)).count());
        assertArrayEquals(LARGE, Files.readAllBytes(models.resolve("RIFE/flownet.pkl")));
    }

    @Test
    void aPartOfAnotherFileIsFoundOutByTheDigestAndFetchedAnew() throws Exception {
        byte[] foreign = Arrays.copyOf(LARGE, 100_000);
        foreign[50_000] ^= 1;
        part("RIFE/flownet.pkl", foreign);
        fetch("rife");
        assertArrayEquals(LARGE, Files.readAllBytes(models.resolve("RIFE/flownet.pkl")));
        assertTrue(hub.requests.contains("GET " + WEIGHTS), hub.requests::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"flownet.pkl", "config.json"})
    void aWrongDigestIsGivenUpAfterThreeTimesAndLeavesNothing(String name) {
        hub.mood = (exchange, file) -> {
            if (!exchange.getRequestURI().getPath().equals(RESOLVE + name)) {
                return false;
            }
            byte[] damaged = file.clone();
            damaged[file.length / 2] ^= 1;
            HubStandIn.begin(exchange, damaged, damaged.length);
            return true;
        };
        DownloadException refused = assertThrows(DownloadException.class, () -> fetch("rife"));
        assertTrue(refused.getMessage().startsWith("daydreamlive/RIFE/" + name + " arrived 3 times with another digest"), refused.getMessage());
        assertEquals(3, hub.requests.stream().filter(request -> request.equals("GET " + RESOLVE + name)).count());
        assertFalse(Files.exists(models.resolve("RIFE/" + name)));
        assertFalse(Files.exists(models.resolve("RIFE/" + name + ".incomplete")));
    }

    @Test
    void aSecondGoodTryIsEnoughAfterAWrongDigest() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        hub.mood = (exchange, file) -> {
            if (!isWeights(exchange) || tries.incrementAndGet() > 1) {
                return false;
            }
            HubStandIn.begin(exchange, new byte[file.length], file.length);
            return true;
        };
        fetch("rife");
        assertArrayEquals(LARGE, Files.readAllBytes(models.resolve("RIFE/flownet.pkl")));
        assertEquals(100.0, transfer.progress().percentage());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 3", "16, 16"})
    void neverMoreFilesAtOnceThanAllowedButAsManyAsThat(int parallel, int expected) throws Exception {
        hub.withAllOf("longlive").withAllOf("memflow");
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        // Nobody is answered before as many as allowed have come: the bound is reached, and counted that it is not passed.
        CyclicBarrier full = new CyclicBarrier(expected);
        AtomicInteger answered = new AtomicInteger();
        hub.mood = (exchange, file) -> {
            if (exchange.getRequestURI().getPath().contains("/resolve/")) {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                try {
                    if (answered.incrementAndGet() <= expected) {
                        full.await(20, TimeUnit.SECONDS);
                    }
                } catch (Exception e) {
                    throw new IOException(e);
                } finally {
                    now.decrementAndGet();
                }
            }
            return false;
        };
        try (ModelFetcher fetcher = fetcher(settings().withParallel(parallel))) {
            fetcher.fetch(List.of("longlive", "memflow"), transfer);
        }
        assertTrue(store.downloaded("longlive") && store.downloaded("memflow"));
        assertEquals(expected, most.get());
    }

    @Test
    void filesThatTwoPipelinesShareAreFetchedOnce() throws Exception {
        hub.withAllOf("longlive").withAllOf("memflow");
        fetch("longlive", "memflow");
        assertEquals(
                1, hub.requests.stream().filter(request -> request.endsWith("umt5-xxl-enc-fp8_e4m3fn.safetensors")).count());
    }

    @Test
    void tooSmallADiskIsRefusedWithBothNumbersBeforeAnythingIsFetched() {
        usable = 256L << 20;
        DownloadException refused = assertThrows(DownloadException.class, () -> fetch("rife"));
        assertEquals(
                "not enough space: 257 MB are needed (256 MB of them stay free), the disk of the models folder has 256 MB; free some or "
                        + "choose another with --models-dir",
                refused.getMessage());
        assertTrue(hub.requests.stream().noneMatch(request -> request.contains("resolve")), hub.requests::toString);
    }

    @Test
    void whatIsAlreadyThereIsNotNeededAgain() throws Exception {
        int config = (RESOLVE + "config.json").length();
        part("RIFE/flownet.pkl", Arrays.copyOf(LARGE, 299_000));
        usable = (256L << 20) + 1_000 + config;
        fetch("rife");
        assertTrue(store.downloaded("rife"));
    }

    @ParameterizedTest
    @CsvSource({"429", "500", "502", "503", "504"})
    void aBusyServerIsAskedAgainAndItsWishForPatienceIsHeeded(int status) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        hub.mood = (exchange, file) -> {
            if (!isWeights(exchange) || asked.incrementAndGet() > 2) {
                return false;
            }
            if (asked.get() == 1) {
                exchange.getResponseHeaders().set("Retry-After", "7");
            }
            HubStandIn.respond(exchange, status);
            return true;
        };
        fetch("rife");
        assertTrue(store.downloaded("rife"));
        assertEquals(List.of(Duration.ofSeconds(7), Duration.ofSeconds(2)), slept);
    }

    @Test
    void aServerThatStaysBusyIsGivenUpAfterLongerAndLongerWaits() {
        hub.mood = (exchange, file) -> {
            HubStandIn.respond(exchange, 503);
            return true;
        };
        DownloadException refused = assertThrows(DownloadException.class, () -> fetch("rife"));
        assertEquals(
                "the list of files of daydreamlive/RIFE: given up after 3 tries (HTTP 503); what has arrived is kept, start the download "
                        + "again",
                refused.getMessage());
        assertEquals(List.of(Duration.ofSeconds(1), Duration.ofSeconds(2)), slept);
    }

    @Test
    void aServerThatWantsToBeLeftAloneForAnHourIsNotWaitedFor() {
        hub.mood = (exchange, file) -> {
            exchange.getResponseHeaders().set("Retry-After", "3600");
            HubStandIn.respond(exchange, 429);
            return true;
        };
        DownloadException refused = assertThrows(DownloadException.class, () -> fetch("rife"));
        assertTrue(refused.getMessage().contains("asks to come back in 60 minutes"), refused.getMessage());
        assertEquals(List.of(), slept);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void aRefusalSaysWhichSettingToGive(int status) {
        hub.mood = (exchange, file) -> {
            HubStandIn.respond(exchange, status);
            return true;
        };
        DownloadException refused = assertThrows(DownloadException.class, () -> fetch("rife"));
        assertTrue(refused.unauthorized());
        assertEquals(
                "no access to daydreamlive/RIFE (HTTP " + status + "): set a Hugging Face token that may read it, with --hf-token or HF_TOKEN",
                refused.getMessage());
        assertEquals(1, hub.requests.size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMissingFileIsNamedWithItsRepository(boolean listed) {
        if (listed) {
            hub.mood = (exchange, file) -> {
                if (isWeights(exchange)) {
                    HubStandIn.respond(exchange, 404);
                    return true;
                }
                return false;
            };
        } else {
            hub.without(WEIGHTS);
        }
        DownloadException refused = assertThrows(DownloadException.class, () -> fetch("rife"));
        assertEquals("the hub has no daydreamlive/RIFE/flownet.pkl (HTTP 404)", refused.getMessage());
    }

    @Test
    void aSlowServerIsLeftAndTheFileGoesOnFromItsPart() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger tries = new AtomicInteger();
        hub.mood = (exchange, file) -> {
            if (!isWeights(exchange) || tries.incrementAndGet() > 1) {
                return false;
            }
            HubStandIn.begin(exchange, file, 100_000);
            never.await();
            return true;
        };
        try (ModelFetcher fetcher = fetcher(settings().withTimeouts(Duration.ofSeconds(5), Duration.ofMillis(400)).withRetries(5))) {
            fetcher.fetch(List.of("rife"), transfer);
        } finally {
            never.countDown();
        }
        assertTrue(hub.requests.contains("GET " + WEIGHTS + " bytes=100000-"), hub.requests::toString);
        assertArrayEquals(LARGE, Files.readAllBytes(models.resolve("RIFE/flownet.pkl")));
    }

    @Test
    void aBodyLongerThanListedIsRefusedAndNotWritten() throws IOException {
        hub.mood = (exchange, file) -> {
            if (!isWeights(exchange)) {
                return false;
            }
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(file);
            exchange.getResponseBody().write(file);
            return true;
        };
        DownloadException refused = assertThrows(DownloadException.class, () -> fetch("rife"));
        assertEquals("daydreamlive/RIFE/flownet.pkl: the server sends more than the 300000 bytes it announced", refused.getMessage());
        assertTrue(Files.size(models.resolve("RIFE/flownet.pkl.incomplete")) <= LARGE.length);
    }

    @Test
    void aBodyAnnouncedWithAnotherLengthThanListedIsRefused() {
        hub.mood = (exchange, file) -> {
            if (!isWeights(exchange)) {
                return false;
            }
            HubStandIn.begin(exchange, Arrays.copyOf(file, 299_999), 299_999);
            return true;
        };
        DownloadException refused = assertThrows(DownloadException.class, () -> fetch("rife"));
        assertTrue(refused.getMessage().contains("is listed with 300000 bytes and comes with 299999"), refused.getMessage());
    }

    @Test
    void aHubThatRedirectsInCirclesIsGivenUp() {
        hub.mood = (exchange, file) -> {
            exchange.getResponseHeaders().set("Location", exchange.getRequestURI().toString());
            HubStandIn.respond(exchange, 302);
            return true;
        };
        DownloadException refused = assertThrows(DownloadException.class, () -> fetch("rife"));
        assertEquals("more than 5 redirects from 127.0.0.1", refused.getMessage());
        assertEquals(6, hub.requests.size());
    }

    @Test
    void aFileThatAnotherProcessFetchesIsNotTouched() throws Exception {
        RemoteFile file = new RemoteFile(
                Artifact.of("daydreamlive/RIFE"), "flownet.pkl", OptionalLong.of(LARGE.length), Optional.empty());
        part("RIFE/flownet.pkl", Arrays.copyOf(LARGE, 5));
        try (PartFile theirs = PartFile.open(file, models.resolve("RIFE/flownet.pkl.incomplete"))) {
            theirs.resume(file);
            DownloadException refused = assertThrows(DownloadException.class, () -> fetch("rife"));
            assertEquals("RIFE/flownet.pkl is being downloaded by another Caravan: wait for it or stop it", refused.getMessage());
            assertEquals(5, theirs.length());
        }
        fetch("rife");
        assertArrayEquals(LARGE, Files.readAllBytes(models.resolve("RIFE/flownet.pkl")));
    }

    @Test
    void theProxyGetsEveryRequestAndItsLoginButNotTheHubsMachine() throws Exception {
        // The stand-in plays the proxy: a hub of this name does not exist.
        DownloadSettings settings = new DownloadSettings(
                URI.create("http://hub.invalid"), () -> Optional.of("hf_secret"),
                Optional.of(new DownloadSettings.Proxy("127.0.0.1", hub.uri().getPort(), Optional.of("me:word"))),
                3, 2, Duration.ofSeconds(5), Duration.ofSeconds(20));
        List<String> logins = new CopyOnWriteArrayList<>();
        hub.mood = (exchange, file) -> {
            logins.add(exchange.getRequestURI().getHost() + " " + exchange.getRequestHeaders().getFirst("Proxy-Authorization"));
            return false;
        };
        try (ModelFetcher fetcher = fetcher(settings)) {
            fetcher.fetch(List.of("rife"), transfer);
        }
        assertTrue(store.downloaded("rife"));
        assertEquals(List.of("hub.invalid Basic bWU6d29yZA=="), logins.stream().distinct().toList());
        assertFalse(settings.toString().contains("word"), settings::toString);
    }

    @Test
    void aSizeOfEverythingIsKnownWithoutFetchingIt() throws Exception {
        try (ModelFetcher fetcher = fetcher(settings())) {
            assertEquals(300_000 + (RESOLVE + "config.json").length(), fetcher.size(List.of("rife")));
        }
        assertFalse(store.downloaded("rife"));
    }

    private void fetch(String... pipelines) throws Exception {
        try (ModelFetcher fetcher = fetcher(settings())) {
            fetcher.fetch(List.of(pipelines), transfer);
        }
    }

    private ModelFetcher fetcher(DownloadSettings settings) {
        return new ModelFetcher(store, settings, new Surroundings(() -> Instant.EPOCH, slept::add, folder -> usable));
    }

    private DownloadSettings settings() {
        return DownloadSettings.of(hub.uri(), Optional::empty)
                .withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(20))
                .withRetries(2);
    }

    private void part(String file, byte[] content) throws IOException {
        Path path = models.resolve(file + ".incomplete");
        Files.createDirectories(path.getParent());
        Files.write(path, content);
    }

    private static boolean isWeights(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("GET") && exchange.getRequestURI().getPath().equals(WEIGHTS);
    }
}
