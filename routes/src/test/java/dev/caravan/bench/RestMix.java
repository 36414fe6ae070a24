package dev.caravan.bench;

import dev.caravan.bench.OpenLoop.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** What a page on every desk, a controller and a Prometheus ask of a hub. The same every time. */
final class RestMix {

    /** Of twenty requests. */
    private static final List<String> TWENTY = List.of(
            "GET session", "GET sessions", "GET parameters", "POST parameters", "GET session",
            "GET sessions", "GET hub info", "GET session", "GET parameters", "POST parameters",
            "GET sessions", "GET session", "GET parameters", "GET session", "GET sessions",
            "POST parameters", "GET session", "GET parameters", "GET hub info", "GET session");
    private static final double EACH_SECOND = 1e9;

    private RestMix() {}

    /**
     * Requests as many clients that know nothing of each other would send them: at random, so many a second on average. Every second
     * also a scrape and a picture.
     */
    static List<Request> of(List<String> sessions, int perSecond, Duration length) {
        SplittableRandom random = new SplittableRandom(1);
        List<Request> all = new ArrayList<>();
        double due = 0;
        for (int i = 0; (due += random.nextExponential() * EACH_SECOND / perSecond) < length.toNanos(); i++) {
            all.add(request((long) due, TWENTY.get(i % TWENTY.size()), sessions.get(i % sessions.size()), i));
        }
        for (int second = 0; second < length.toSeconds(); second++) {
            String session = sessions.get(second % sessions.size());
            all.add(request((long) ((second + 0.3) * EACH_SECOND), "GET metrics", session, second));
            all.add(request((long) ((second + 0.7) * EACH_SECOND), "GET frame", session, second));
        }
        all.sort(Comparator.comparingLong(Request::dueNanos));
        return all;
    }

    private static Request request(long due, String operation, String session, int number) {
        String one = "/api/v1/sessions/" + session;
        return switch (operation) {
            case "GET sessions" -> new Request(due, operation, "/api/v1/sessions", "");
            case "GET session" -> new Request(due, operation, one, "");
            case "GET parameters" -> new Request(due, operation, one + "/parameters", "");
            case "POST parameters" -> new Request(due, operation, one + "/parameters",
                    "{\"prompts\":[{\"text\":\"a harbour at night, " + number + "\",\"weight\":1}]}");
            case "GET hub info" -> new Request(due, operation, "/api/v1/hub/info", "");
            case "GET metrics" -> new Request(due, operation, "/metrics", "");
            case "GET frame" -> new Request(due, operation, one + "/frame", "");
            default -> throw new IllegalArgumentException(operation);
        };
    }
}
