package dev.caravan.bench;

import java.time.Duration;

/** Part i: one request after the other to a hub with a token and to one without, in turn; then scrapes. Tells processor time, not latency. */
final class GuardCost {

    private static final String PATH = "/api/v1/me";
    private static final int REQUESTS_OF_A_SCRAPE = 5;

    private final Plan plan;
    private final Progress progress;

    GuardCost(Plan plan, Progress progress) {
        this.plan = plan;
        this.progress = progress;
    }

    void run(Server guarded, Server unguarded, ResultTable table) {
        // As many to warm up: a hub that runs for days is compiled.
        for (int turn = 0; turn < plan.turns(); turn++) {
            micros(guarded, PATH, plan.requests());
            micros(unguarded, PATH, plan.requests());
        }
        double[] with = new double[plan.turns()];
        double[] without = new double[plan.turns()];
        for (int turn = 0; turn < plan.turns(); turn++) {
            with[turn] = micros(guarded, PATH, plan.requests());
            without[turn] = micros(unguarded, PATH, plan.requests());
            progress.say("turn %d of %d: %.0f us a request with a token, %.0f without", turn + 1, plan.turns(), with[turn], without[turn]);
        }
        int scrapes = plan.requests() / REQUESTS_OF_A_SCRAPE;
        micros(guarded, "/metrics", scrapes);
        double scrape = micros(guarded, "/metrics", scrapes);
        double guard = Percentiles.of(with).p50();
        double bare = Percentiles.of(without).p50();
        table.hub(Part.I, "GET " + PATH + " with a token: processor time per request", "us", guard, "");
        table.hub(Part.I, "GET " + PATH + " on a hub without tokens", "us", bare, "");
        table.hub(Part.I, "what the token adds", "us", guard - bare, "");
        table.hub(Part.I, "one scrape of /metrics: processor time", "ms", scrape / 1000, "");
    }

    private static double micros(Server hub, String path, int requests) {
        Duration before = hub.cpu();
        for (int i = 0; i < requests; i++) {
            int status = hub.status(path);
            if (status != 200) {
                throw new IllegalStateException("GET " + path + " is answered with " + status);
            }
        }
        return hub.cpu().minus(before).toNanos() / 1e3 / requests;
    }
}
