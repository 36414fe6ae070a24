package dev.caravan.browser;

import dev.caravan.inference.frame.Picture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.openqa.selenium.JavascriptException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A headless Chromium with a fake camera of 30 frames a second, in which {@code localhost:8000} is the hub under test. */
public final class Chromium implements AutoCloseable {

    /** How long anything in a browser may take on a loaded machine before a test gives up. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final ChromeDriver driver;
    private final Path profile;

    /** @param hubPort where the seeds' {@code localhost:8000} really is */
    public Chromium(int hubPort) {
        try {
            profile = Files.createTempDirectory("caravan-chromium");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ChromeOptions options = new ChromeOptions();
        options.setBinary(program("chromium").toString());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-background-timer-throttling",
                "--disable-renderer-backgrounding",
                "--disable-backgrounding-occluded-windows",
                "--autoplay-policy=no-user-gesture-required",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream=fps=30",
                "--auto-accept-this-tab-capture",
                "--window-size=1280,900",
                "--user-data-dir=" + profile,
                "--host-resolver-rules=MAP localhost:8000 127.0.0.1:" + hubPort);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, java.util.logging.Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(program("chromedriver").toFile())
                        .withSilent(true)
                        .build(),
                options);
        driver.manage().timeouts().scriptTimeout(PATIENCE);
        driver.manage().timeouts().pageLoadTimeout(PATIENCE);
    }

    public void open(String url) {
        driver.get(url);
    }

    /** The driver itself, for clicks and keys. */
    public ChromeDriver driver() {
        return driver;
    }

    /** Runs an expression in the page and returns its value. */
    public Object eval(String expression) {
        return driver.executeScript("return (" + expression + ")");
    }

    /** Runs an async function body in the page ({@code await} allowed) and returns what it returns. */
    public Object run(String body) {
        Object result = driver.executeAsyncScript(
                "const done = arguments[arguments.length - 1]; (async () => {" + body
                        + "})().then(done, (e) => done({failed: String(e && e.message || e)}));");
        if (result instanceof java.util.Map<?, ?> map && map.containsKey("failed")) {
            throw new AssertionError("in the page: " + map.get("failed") + console());
        }
        return result;
    }

    /** Waits until the expression is true in the page. */
    public void await(String what, String expression) {
        await(what, () -> Boolean.TRUE.equals(driver.executeScript("return Boolean(" + expression + ")")));
    }

    /** Waits until the condition holds, polling. */
    public void await(String what, Supplier<Boolean> condition) {
        await(() -> what, condition);
    }

    /** The same with a description that is made when it is needed. */
    public void await(Supplier<String> what, Supplier<Boolean> condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                if (condition.get()) {
                    return;
                }
            } catch (JavascriptException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain until " + what.get() + console());
            }
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
        }
    }

    /**
     * The picture a video element shows now, as luma (chroma is neutral), or empty while there is none.
     *
     * @param selector CSS selector of the video element
     */
    public Optional<Picture.I420> luma(String selector) {
        Object answer = driver.executeScript("""
                const v = document.querySelector(arguments[0]);
                if (!v || !v.videoWidth || v.readyState < 2) return null;
                const c = new OffscreenCanvas(v.videoWidth, v.videoHeight), g = c.getContext('2d', {willReadFrequently: true});
                g.drawImage(v, 0, 0);
                const p = g.getImageData(0, 0, c.width, c.height).data, y = new Uint8Array(c.width * c.height);
                for (let i = 0; i < y.length; i++) y[i] = 16 + 0.257 * p[4*i] + 0.504 * p[4*i+1] + 0.098 * p[4*i+2] + 0.5;
                let s = ''; for (let i = 0; i < y.length; i += 8192) s += String.fromCharCode(...y.subarray(i, i + 8192));
                return [c.width, c.height, btoa(s)];
                """, selector);
        if (!(answer instanceof List<?> list)) {
            return Optional.empty();
        }
        int width = ((Number) list.get(0)).intValue();
        int height = ((Number) list.get(1)).intValue();
        byte[] luma = Base64.getDecoder().decode((String) list.get(2));
        byte[] data = new byte[Picture.I420.size(width, height)];
        java.util.Arrays.fill(data, (byte) 128);
        System.arraycopy(luma, 0, data, 0, luma.length);
        return Optional.of(new Picture.I420(width, height, data));
    }

    /** The colour a video element shows around a point: {@code [r, g, b]}, averaged over 5x5 pixels. */
    public List<Long> colourAt(String selector, int x, int y) {
        Object answer = driver.executeScript("""
                const v = document.querySelector(arguments[0]);
                if (!v || !v.videoWidth || v.readyState < 2) return null;
                const c = new OffscreenCanvas(v.videoWidth, v.videoHeight), g = c.getContext('2d');
                g.drawImage(v, 0, 0);
                const p = g.getImageData(arguments[1] - 2, arguments[2] - 2, 5, 5).data, s = [0, 0, 0];
                for (let i = 0; i < p.length; i += 4) for (let k = 0; k < 3; k++) s[k] += p[i + k] / 25;
                return s.map(Math.round);
                """, selector, x, y);
        if (!(answer instanceof List<?> list)) {
            return List.of(-1L, -1L, -1L);
        }
        return list.stream().map(n -> ((Number) n).longValue()).toList();
    }

    /** What the page wrote to its console so far, for messages of failed tests. */
    public String console() {
        StringBuilder out = new StringBuilder();
        for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
            out.append("\n  console: ").append(entry.getMessage());
        }
        return out.toString();
    }

    public byte[] screenshot() {
        return driver.getScreenshotAs(OutputType.BYTES);
    }

    /** Ends the browser at once, as a crash would: no goodbye reaches the hub. */
    public void kill() {
        ProcessHandle.allProcesses()
                .filter(p -> p.info().commandLine().orElse("").contains(profile.toString()))
                .forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        try {
            driver.quit();
        } catch (RuntimeException e) {
            kill();
        }
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // The operating system cleans its temporary folder.
        }
    }

    private static Path program(String name) {
        return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .map(dir -> Path.of(dir, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(name + " is not installed; './caravan test' installs it or says how"));
    }
}
