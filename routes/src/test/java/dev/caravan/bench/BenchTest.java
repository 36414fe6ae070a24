package dev.caravan.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.TestHub;
import dev.caravan.inference.frame.Origin;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.SessionRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of the benchmark does not depend on how busy the machine is. */
class BenchTest {

    private static final Plan TINY = new Plan(
            1, Duration.ZERO, Duration.ZERO, List.of(1), Duration.ZERO, Duration.ZERO, 400, 2, 2, Duration.ZERO, 1);

    @Test
    void theHubAllocatesNoPictureBesidesTheCopyAtTheNativeEdge() throws Exception {
        try (OwnCode code = new OwnCode()) {
            code.warmUp(100);
            OwnCode.Result result = code.run(500, Duration.ZERO);

            assertEquals(500, result.wallMicros().count());
            assertTrue(result.cpuMicros() > 0, result::toString);
            // The copy is one; a second picture anywhere would make it two.
            assertTrue(result.picturesPerFrame() >= 1 && result.picturesPerFrame() < 1.5, result::toString);
        }
    }

    @Test
    void whoWatchesFramesAllocatesNoPictureEither(@TempDir Path folder) throws Exception {
        try (ObservedCode code = new ObservedCode(folder)) {
            List<ObservedCode.Cost> costs = code.run(TINY);

            assertEquals(3, costs.size());
            assertTrue(costs.stream().allMatch(cost -> cost.bytes() < 20_000), costs::toString);
        }
    }

    @Test
    void answersAreTimedFromWhenTheirRequestsWereDueEvenWhenTheSenderWasLate() throws Exception {
        AtomicLong now = new AtomicLong();
        // The first keeps the sender for a second, in which the others were due.
        OpenLoop loop = new OpenLoop(
                request -> {
                    now.addAndGet(request.path().equals("/slow") ? 1_000_000_000 : 1_000_000);
                    return request.path().equals("/lost")
                            ? CompletableFuture.failedFuture(new IOException("no answer"))
                            : CompletableFuture.completedFuture(200);
                },
                now::get);

        List<OpenLoop.Answer> answers = loop.run(List.of(
                new OpenLoop.Request(0, "a", "/slow", ""),
                new OpenLoop.Request(100_000_000, "b", "/lost", ""),
                new OpenLoop.Request(200_000_000, "c", "/quick", "")));

        assertEquals(List.of(1000.0, 901.0, 802.0), answers.stream().map(OpenLoop.Answer::millis).toList());
        assertEquals(List.of(0.0, 900.0, 801.0), answers.stream().map(OpenLoop.Answer::lateMillis).toList());
        assertEquals(List.of(false, true, false), answers.stream().map(OpenLoop.Answer::failed).toList());
    }

    @Test
    void theLoadIsSpreadAtRandomOverItsLengthAndTheSameEveryTime() {
        List<OpenLoop.Request> load = RestMix.of(List.of("one", "two"), 200, Duration.ofSeconds(10));

        assertEquals(load, RestMix.of(List.of("one", "two"), 200, Duration.ofSeconds(10)));
        assertTrue(Math.abs(load.size() - 2020) < 200, () -> load.size() + " requests");
        assertEquals(10, load.stream().filter(request -> request.operation().equals("GET metrics")).count());
        assertEquals(10, load.stream().filter(request -> request.operation().equals("GET frame")).count());
        assertEquals(load, load.stream().sorted(Comparator.comparingLong(OpenLoop.Request::dueNanos)).toList());
        assertTrue(load.getLast().dueNanos() < Duration.ofSeconds(10).toNanos());
        assertTrue(load.stream().filter(request -> !request.body().isEmpty()).allMatch(request -> request.path().endsWith("/parameters")));
    }

    @Test
    void theLoadGetsPastTheGuardAndFindsWhatItAsksFor() throws Exception {
        String token = "a-token-of-this-test";
        try (TestHub hub = TestHub.start("--token=" + token);
                RestClient client = new RestClient(hub.uri("/"), Optional.of(token))) {
            client.post("/api/v1/pipeline/load", "{\"pipeline_ids\":[\"passthrough\"]}");
            hub.running().hub().loader().awaitIdle(Duration.ofSeconds(30));
            hub.running().hub().sessions().open(new SessionRequest(
                    Optional.of("one"), Origin.of("rest"), Control.Door.REST, List.of(), Map.of(), Map.of()));

            List<OpenLoop.Answer> answers =
                    new OpenLoop(client::send, System::nanoTime).run(RestMix.of(List.of("one"), 40, Duration.ofSeconds(1)));

            // Nobody has sent this session a picture.
            assertEquals(Set.of("GET frame"),
                    answers.stream().filter(OpenLoop.Answer::failed).map(OpenLoop.Answer::operation).collect(Collectors.toSet()));
            assertEquals(7, answers.stream().map(OpenLoop.Answer::operation).distinct().count());
        }
    }

    @Test
    void partsAreChosenByLetterOrWord() {
        assertEquals(EnumSet.of(Part.G, Part.H), BenchOptions.parse(List.of("--only", "observed,rest")).parts());
        assertEquals(EnumSet.of(Part.A, Part.F), BenchOptions.parse(List.of("--only", "f,a")).parts());
        assertEquals(EnumSet.of(Part.C), BenchOptions.parse(List.of("--quick", "--only=c")).parts());
        assertEquals(EnumSet.allOf(Part.class), BenchOptions.parse(List.of()).parts());
        assertEquals(Plan.QUICK, BenchOptions.parse(List.of("--quick")).plan());
    }

    @Test
    void anOptionThatDoesNotExistIsNamed() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> BenchOptions.parse(List.of("--fast"))).getMessage().contains("--fast"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> BenchOptions.parse(List.of("--only", "a,x"))).getMessage().contains("a,x"));
        assertThrows(IllegalArgumentException.class, () -> BenchOptions.parse(List.of("--only")));
    }

    @Test
    void percentilesAreNearestRanks() {
        Percentiles figures = Percentiles.of(new double[] {4, 1, 3, 2});

        assertEquals(2, figures.p50());
        assertEquals(4, figures.p95());
        assertTrue(Double.isNaN(Percentiles.of(new double[0]).p50()));
    }

    @Test
    void theTableComparesHubAndEchoInTheOrderOfTheParts() {
        ResultTable table = new ResultTable();
        table.compared(Part.D, "latency", "ms", 44.3, 42, "difference at most 5");
        table.hub(Part.B, "allocated", "pictures", Double.NaN, "1");

        List<String> lines = table.markdown().lines().toList();
        assertEquals(
                List.of("| allocated | pictures | - |  |  | 1 |", "| latency | ms | 44.3 | 42 | +2.30 | difference at most 5 |"),
                lines.subList(2, 4));
    }
}
