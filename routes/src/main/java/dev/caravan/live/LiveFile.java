package dev.caravan.live;

import dev.caravan.live.FileState.State;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One file through its versions: what runs of it, and what became of the newest one.
 *
 * <pre>
 * -> ACTIVE or FAILED        a file appears
 * ACTIVE -> STALE            a version that cannot be used; the one before goes on
 * STALE, FAILED -> ACTIVE    a version that can, or what stood in its way is gone
 * STALE -> FAILED            the version before cannot be started again either
 * </pre>
 */
final class LiveFile {

    final String name;
    private RouteFolder.@Nullable Content seen;
    private @Nullable Deployment running;
    private Optional<String> error = Optional.empty();
    private Instant changedAt = Instant.EPOCH;

    LiveFile(String name) {
        this.name = name;
    }

    /** Takes note of a reading. @return whether it is another one than the last */
    boolean sees(RouteFolder.Content now) {
        boolean same = now.same(seen);
        seen = now;
        return !same;
    }

    RouteFolder.Content seen() {
        return Objects.requireNonNull(seen);
    }

    Optional<Deployment> running() {
        return Optional.ofNullable(running);
    }

    void runs(Deployment deployment, Instant now) {
        running = deployment;
        error = Optional.empty();
        changedAt = now;
    }

    /** @param left what goes on nevertheless */
    void failed(String why, @Nullable Deployment left, Instant now) {
        running = left;
        error = Optional.of(why);
        changedAt = now;
    }

    FileState state() {
        State state = error.isEmpty() ? State.ACTIVE : running == null ? State.FAILED : State.STALE;
        return new FileState(
                name, RouteFile.kindOf(name), state, error, running().map(Deployment::routes).orElse(List.of()), changedAt);
    }
}
