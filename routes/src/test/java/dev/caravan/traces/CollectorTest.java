package dev.caravan.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.LogCapture;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Entrance;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.SessionTracer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;

/** A collector that is away, slow or refuses. */
class CollectorTest {

    @Test
    void oneThatIsAwayCostsOneLineAndTheHubStopsInTime() throws Exception {
        URI nobody;
        try (ServerSocket free = new ServerSocket(0)) {
            nobody = URI.create("http://user:secret@127.0.0.1:" + free.getLocalPort());
        }
        PrintStream err = System.err;
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        System.setErr(new PrintStream(console, true, StandardCharsets.UTF_8));
        try (LogCapture log = LogCapture.of(Level.INFO, "dev.caravan.traces")) {
            assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
                HubTraces traces = HubTraces.to(nobody, 1, "test");
                for (int i = 0; i < 3; i++) {
                    frames(traces, 10);
                    traces.flush();
                }
                traces.close();
            });
            assertEquals(1, log.lines().size(), log.lines().toString());
            assertTrue(log.lines().getFirst().startsWith("WARN Traces do not reach 127.0.0.1:" + nobody.getPort()), log.lines().toString());
            assertFalse(log.lines().getFirst().contains("secret"));
        } finally {
            System.setErr(err);
        }
        assertEquals("", console.toString(StandardCharsets.UTF_8));
    }

    @Test
    void oneThatTakesAsLongAsItLikesHoldsUpNobodyAndGetsNoMoreThanTheQueueHolds() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        InMemorySpanExporter got = InMemorySpanExporter.create();
        HubTraces traces = HubTraces.to(new Slow(never, got), 1, "test");
        frames(traces, 20_000);
        never.countDown();
        traces.close();
        int taken = got.getFinishedSpanItems().size();
        assertTrue(taken > 0 && taken < 4 * 2048, taken + " of 20000");
    }

    @Test
    void oneThatListensGetsTheSpansByGrpcAndNothingRunsOnWhenTheHubHasStopped() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            CompletableFuture<String> got = new CompletableFuture<>();
            HttpServer collector = vertx.createHttpServer().requestHandler(request -> request.body().onSuccess(body -> {
                got.complete(request.path() + " " + body.toString(StandardCharsets.ISO_8859_1));
                request.response().putHeader("content-type", "application/grpc").putTrailer("grpc-status", "0");
                request.response().end(Buffer.buffer(new byte[5]));
            }));
            int port = collector.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS).actualPort();
            try (LogCapture log = LogCapture.of(Level.INFO, "dev.caravan.traces")) {
                Set<Thread> before = senders();
                HubTraces traces = HubTraces.to(URI.create("http://127.0.0.1:" + port), 1, "7.7.7");
                Set<Thread> own = senders();
                own.removeAll(before);
                assertEquals(1, own.size());
                frames(traces, 1);
                traces.close();
                String call = got.get(30, TimeUnit.SECONDS);
                assertTrue(call.startsWith("/opentelemetry.proto.collector.trace.v1.TraceService/Export "), call);
                for (String part : List.of("frame ingest", "service.name", "caravan", "service.version", "7.7.7", "service.instance.id")) {
                    assertTrue(call.contains(part), part);
                }
                own.iterator().next().join(30_000);
                assertFalse(own.iterator().next().isAlive());
                assertEquals(List.of(), log.lines());
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
    }

    private static Set<Thread> senders() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("BatchSpanProcessor"))
                .collect(Collectors.toSet());
    }

    @Test
    void itsComeAndGoAreTold() {
        boolean[] takes = {true};
        Collector collector = new Collector(new SpanExporter() {
            @Override
            public CompletableResultCode export(Collection<SpanData> spans) {
                return takes[0] ? CompletableResultCode.ofSuccess() : CompletableResultCode.ofFailure();
            }

            @Override
            public CompletableResultCode flush() {
                return CompletableResultCode.ofSuccess();
            }

            @Override
            public CompletableResultCode shutdown() {
                return CompletableResultCode.ofSuccess();
            }
        }, "otel:4317");
        try (LogCapture log = LogCapture.of(Level.INFO, "dev.caravan.traces")) {
            for (boolean now : new boolean[] {true, false, false, true, true}) {
                takes[0] = now;
                collector.export(List.of());
            }
            assertEquals(2, log.lines().size(), log.lines().toString());
            assertTrue(log.lines().getFirst().startsWith("WARN Traces do not reach otel:4317"));
            assertEquals("INFO Traces reach otel:4317 again", log.lines().getLast());
        }
    }

    private static void frames(HubTraces traces, int many) {
        SessionTracer.OfOne session =
                traces.sessions().opened(new SessionObserver.Opened("s", Control.Door.REST, List.of("p"), 0));
        for (int i = 0; i < many; i++) {
            session.arrived(Entrance.REST, Frame.incoming("s", i, 0, Origin.of("rest"), new Picture.Rgb24(1, 1, new byte[3])));
        }
    }

    /** Takes the first batch only when it may. */
    private record Slow(CountDownLatch until, InMemorySpanExporter got) implements SpanExporter {

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            try {
                until.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return got.export(spans);
        }

        @Override
        public CompletableResultCode flush() {
            return got.flush();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
