package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code caravan models} as a person uses it, against a small hub on this machine. */
class ModelsCommandTest {

    private static final byte[] WEIGHTS = new byte[200_000];

    static {
        new Random(3).nextBytes(WEIGHTS);
    }

    @TempDir
    Path models;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, byte[]> files = new TreeMap<>(Map.of("config.json", "{}".getBytes(), "flownet.pkl", WEIGHTS));
    private final List<String> tokens = new CopyOnWriteArrayList<>();
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean stuck;
    private HttpServer hub;

    @BeforeEach
    void start() throws IOException {
        hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.setExecutor(threads);
        hub.createContext("/", this::answer);
        hub.start();
    }

    @AfterEach
    void stop() {
        never.countDown();
        hub.stop(0);
        threads.shutdownNow();
    }

    @Test
    void aPipelineIsListedDownloadedVerifiedAndRemoved() throws Exception {
        assertEquals(0, run("list"));
        assertTrue(text(out).lines().anyMatch(line -> line.matches("rife +missing 2 of 2 +0 bytes +\\?")), text(out));
        assertTrue(text(out).contains("rife: its network is not in this build"), text(out));
        assertFalse(text(out).contains("longlive: "), text(out));
        assertTrue(text(out).contains("models folder " + models), text(out));

        assertEquals(0, run("list", "rife", "--online"));
        assertTrue(text(out).lines().anyMatch(line -> line.matches("rife +missing 2 of 2 +0 bytes +200 kB")), text(out));
        assertTrue(text(out).contains("  missing  RIFE/flownet.pkl"), text(out));

        assertEquals(0, run("download", "rife"), () -> text(err));
        assertTrue(text(out).matches("rife: complete, 200 kB in .*\\R"), text(out));
        assertArrayEquals(WEIGHTS, Files.readAllBytes(models.resolve("RIFE/flownet.pkl")));

        assertEquals(0, run("download", "rife"));
        assertEquals("rife: every file is there already\n", text(out));

        assertEquals(0, run("verify"));
        assertEquals("ok         RIFE/config.json\nok         RIFE/flownet.pkl\n2 files: 2 ok, 0 damaged, 0 missing, 0 not known\n", text(out));

        assertEquals(0, run("remove", "rife"));
        assertEquals("removed  RIFE/config.json\nremoved  RIFE/flownet.pkl\nrife: 200 kB freed\n", text(out));
        assertFalse(Files.exists(models.resolve("RIFE")));
    }

    @Test
    void aDamagedFileIsFoundAndTheWayOutIsTold() throws Exception {
        run("download", "rife");
        Files.writeString(models.resolve("RIFE/config.json"), "[]");
        assertEquals(1, run("verify", "rife"));
        assertTrue(text(out).contains("DAMAGED    RIFE/config.json (differs since it was downloaded)"), text(out));
        assertTrue(text(err).contains("run: caravan models download rife"), text(err));
    }

    @Test
    void withoutATerminalThereIsAPlainLineAndOnOneALineThatIsWrittenOver() {
        assertEquals(0, run("download", "rife"));
        assertFalse(text(err).contains("\r"), text(err));
        run("remove", "rife");
        err.reset();
        ModelsCommand.run(arguments("download", "rife"), Map.of(), new Properties(), stream(out), stream(err), true);
        assertTrue(text(err).startsWith("\r\u001b[K  asking for sizes"), text(err));
        assertTrue(text(err).endsWith("\r\u001b[K"), text(err));
    }

    @Test
    void theTokenIsSentAndNeverShown() {
        assertEquals(0, ModelsCommand.run(
                arguments("download", "rife"), Map.of("HF_TOKEN", "hf_secret"), new Properties(), stream(out), stream(err), false));
        assertTrue(tokens.stream().allMatch("Bearer hf_secret"::equals), tokens::toString);
        assertEquals(3, tokens.size());
        assertFalse(text(out).contains("hf_secret") || text(err).contains("hf_secret"));
    }

    @Test
    void aFileTheHubLacksEndsWithOneLineAndOne() {
        files.remove("flownet.pkl");
        assertEquals(1, run("download", "rife"));
        assertEquals("caravan: the hub has no daydreamlive/RIFE/flownet.pkl (HTTP 404)\n", text(err));
    }

    @Test
    void aPersonWhoStopsItKeepsWhatHasArrivedAndTheNextCallGoesOn() throws Exception {
        stuck = true;
        AtomicInteger status = new AtomicInteger();
        Thread command = Thread.ofPlatform().start(() -> status.set(run("download", "rife")));
        arrived.await();
        Path part = models.resolve("RIFE/flownet.pkl.incomplete");
        while (!Files.exists(part) || Files.size(part) < 100_000) {
            Thread.onSpinWait();
        }
        command.interrupt();
        command.join();
        assertEquals(130, status.get());
        assertTrue(text(err).endsWith("caravan: stopped; what has arrived is kept, the same command goes on with it\n"), text(err));
        assertEquals(100_000, Files.size(part));
        stuck = false;
        assertEquals(0, run("download", "rife"));
        assertArrayEquals(WEIGHTS, Files.readAllBytes(models.resolve("RIFE/flownet.pkl")));
    }

    @Test
    void wrongCallsEndWithTwoAndSayWhatToWrite() {
        assertEquals(2, run());
        assertTrue(text(err).endsWith("caravan: say what to do, for example: caravan models list\n"), text(err));
        assertEquals(2, run("fetch"));
        assertTrue(text(err).endsWith("caravan: unknown word 'fetch' after models\n"), text(err));
        assertEquals(2, run("download"));
        assertTrue(text(err).contains("name a pipeline: caravan models download"), text(err));
        assertEquals(2, run("remove", "passthrough"));
        assertTrue(text(err).contains("'passthrough' is no pipeline that needs files; these are: krea-realtime-video, longlive"), text(err));
        assertEquals(2, run("list", "--onlin"));
        assertTrue(text(err).contains("unknown option --onlin"), text(err));
        assertEquals(0, asked.get());
    }

    @Test
    void aSmallSetWithRandomWeightsIsMadeAndSaysWhatItIs() {
        assertEquals(0, run("make-tiny", models.toString()), () -> text(err));
        assertTrue(text(out).contains("wrote  LongLive-1.3B/models/longlive_base.pt  "), text(out));
        assertTrue(text(out).contains(", seed 1: random weights"), text(out));
        assertTrue(text(out).contains("caravan --models-dir " + models + " --pipeline longlive"), text(out));
        assertEquals(0, run("list"));
        assertTrue(text(out).lines().anyMatch(line -> line.matches("longlive +present, random weights +.* MB.*")), text(out));
        assertEquals(0, run("make-tiny", models.toString()));
        assertTrue(text(out).contains("kept   LongLive-1.3B/models/longlive_base.pt") && !text(out).contains("wrote"), text(out));
        assertEquals(0, asked.get());
    }

    @Test
    void aSmallSetIsNotMadeBesideOtherModels() throws Exception {
        run("download", "rife");
        assertEquals(1, run("make-tiny", models.toString(), "--seed", "2"));
        assertEquals("caravan: " + models + ": there are other model files already: RIFE/config.json, RIFE/flownet.pkl;"
                + " random weights need a folder of their own\n", text(err));
        assertFalse(Files.exists(models.resolve("LongLive-1.3B")));
    }

    @Test
    void aSmallSetIsOnlyMadeWhereOneFolderIsNamedAndTheSeedIsANumber() throws Exception {
        assertEquals(2, run("make-tiny"));
        assertEquals("caravan: name one folder: caravan models make-tiny DIR\n", text(err));
        assertEquals(2, run("make-tiny", models.toString(), "--seed", "seven"));
        assertTrue(text(err).contains("--seed takes a whole number"), text(err));
        Path file = Files.createFile(models.resolve("file"));
        assertEquals(1, run("make-tiny", file.toString()));
        assertTrue(text(err).startsWith("caravan: cannot write into " + file), text(err));
    }

    @Test
    void helpNamesEveryWordAndItsOptions() {
        assertEquals(0, run("--help"));
        String help = text(out);
        for (String word : List.of("list", "download", "verify", "remove", "make-tiny", "--models-dir", "--hf-token", "--hf-endpoint", "--proxy")) {
            assertTrue(help.contains(word), word);
        }
        assertEquals(0, run("download", "--help"));
        assertEquals(help, text(out));
    }

    @Test
    void asAProgramOfItsOwnItEndsWithItsCode() throws Exception {
        assertEquals(0, program("list", "--models-dir", models.toString()));
        assertEquals(2, program("lst"));
    }

    private static int program(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), ModelsCommand.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor();
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        return ModelsCommand.run(arguments(arguments), Map.of(), new Properties(), stream(out), stream(err), false);
    }

    private List<String> arguments(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--models-dir", models.toString(), "--hf-endpoint=http://127.0.0.1:" + hub.getAddress().getPort()));
        return all;
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.incrementAndGet();
        tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/api/models/daydreamlive/RIFE/tree/main")) {
                send(exchange, tree().getBytes(StandardCharsets.UTF_8), false);
                return;
            }
            byte[] file = files.get(path.replace("/daydreamlive/RIFE/resolve/main/", ""));
            if (file == null) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                send(exchange, file, stuck && file.length > 100_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param half to stop there and wait */
    private void send(HttpExchange exchange, byte[] content, boolean half) throws IOException, InterruptedException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        if (range != null) {
            exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
        exchange.getResponseBody().write(content, from, (half ? 100_000 : content.length) - from);
        exchange.getResponseBody().flush();
        if (half) {
            arrived.countDown();
            never.await();
        }
    }

    private String tree() {
        List<String> entries = new ArrayList<>();
        files.forEach((path, content) -> entries.add(
                "{\"type\":\"file\",\"path\":\"%s\",\"size\":%d,\"lfs\":{\"oid\":\"%s\",\"size\":%d}}"
                        .formatted(path, content.length, sha256(content), content.length)));
        return "[" + String.join(",", entries) + "]";
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
