package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.webrtc.libwebrtc.ProcessFigures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Browsers that come and go leave nothing in the hub. */
class HubSoakTest {

    private static final int WARM_UP = 50;
    private static final int CYCLES = 400;
    private static final long GROWTH_KB = 40 * 1024;
    /** Pools breathe; what stays of each connection would be {@link #CYCLES} times as much. */
    private static final int SLACK = 8;

    private static final int CLIENTS = 3;
    private static final Picture.I420 GREY = HubClient.grey(320, 240, 100);

    @Test
    @Timeout(900)
    @EnabledOnOs(value = OS.LINUX, disabledReason = "threads, descriptors and memory of a process are read from /proc")
    void connectionsThatCameAndWentLeaveNothing(@TempDir Path data) throws Exception {
        List<String> fixedHeap = List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch");
        try (HubProcess hub = HubProcess.start(data, fixedHeap, "--kafka=none", "--close-grace-s=0");
                HubClient client = new HubClient(hub.uri())) {
            client.load("passthrough");
            cycles(client, WARM_UP);
            ProcessFigures before = hub.figuresAfterCleaning();
            cycles(client, CYCLES);
            ProcessFigures after = settled(hub, before);
            String figures = CYCLES + " connections: " + before + " -> " + after;
            System.out.println(figures);
            assertTrue(after.threads() <= before.threads() + SLACK, figures);
            assertTrue(after.descriptors() <= before.descriptors() + SLACK, figures);
            assertTrue(after.rssKb() - before.rssKb() < GROWTH_KB, figures);
            assertEquals("healthy", client.get("/health").get("status").asText());
        }
    }

    /** Threads of pools leave when they had nothing to do for a minute. */
    private static ProcessFigures settled(HubProcess hub, ProcessFigures before) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(70);
        ProcessFigures now = ProcessFigures.of(hub.handle().pid());
        while (System.nanoTime() < end
                && (now.threads() > before.threads() + SLACK || now.descriptors() > before.descriptors() + SLACK)) {
            TimeUnit.MILLISECONDS.sleep(200);
            now = ProcessFigures.of(hub.handle().pid());
        }
        return hub.figuresAfterCleaning();
    }

    private static void cycles(HubClient client, int number) throws Exception {
        AtomicInteger left = new AtomicInteger(number);
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            for (int i = 0; i < CLIENTS; i++) {
                running.add(clients.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                        comeAndGo(client);
                    }
                    return null;
                }));
            }
        }
        for (Future<?> each : running) {
            each.get();
        }
        client.awaitNoSessions();
    }

    private static void comeAndGo(HubClient client) throws Exception {
        try (HubClient.Connected browser = client.connect()) {
            browser.peer().send("{\"noise_scale\":0.5}");
            browser.peer().pushUntil(GREY, picture -> HubClient.isGrey(picture, 100));
        }
    }
}
