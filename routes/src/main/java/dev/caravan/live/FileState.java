package dev.caravan.live;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One file of the routes folder, as people see it.
 *
 * @param name      without its folder
 * @param error     why the file as it is now is not what runs, in one line
 * @param routes    ids of its routes that the hub has, in order
 * @param changedAt when this state began
 */
public record FileState(String name, Kind kind, State state, Optional<String> error, List<String> routes, Instant changedAt) {

    /** What a file is, by its name. */
    public enum Kind {
        ROUTES,
        KAMELET
    }

    /** Whether what runs is what the file says. */
    public enum State {
        ACTIVE("active"),
        FAILED("failed"),
        STALE("stale (old version running)");

        private final String shown;

        State(String shown) {
            this.shown = shown;
        }

        /** As the API names it. */
        public String shown() {
            return shown;
        }
    }
}
