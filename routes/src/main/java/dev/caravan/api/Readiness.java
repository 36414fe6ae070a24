package dev.caravan.api;

import dev.caravan.inference.pipeline.PipelineLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Whether the hub may be sent work, as far as it is its own doing: the model that it is started with is there, and it does not drain.
 *
 * <p>Only the start counts. Once a model is there, or somebody asked for another one instead, later loads are the business of those who ask for
 * them: browsers that stream must not lose their hub because an operator tries another model. Thread-safe.
 */
public final class Readiness implements PipelineLoader.Listener {

    /** Where the start is. */
    private sealed interface Start {

        record Loading() implements Start {}

        record Failed(String reason) implements Start {}

        record Done() implements Start {}
    }

    private final String wanted;
    private volatile Start start;
    private volatile BooleanSupplier draining = () -> false;

    /** @param wanted pipeline that is loaded when the hub starts */
    public Readiness(Optional<String> wanted) {
        this.wanted = wanted.orElse("");
        this.start = wanted.isPresent() ? new Start.Loading() : new Start.Done();
    }

    /** Who says that the hub lets its sessions end and takes no new ones. */
    public void drainWhen(BooleanSupplier answer) {
        draining = answer;
    }

    /** Whether the start is over, well or not: a hub whose model cannot be loaded does not get better by being started again. */
    public boolean started() {
        return !(start instanceof Start.Loading);
    }

    /** Why no work should be sent, in one line each; none when it should. */
    public List<Reason> reasons() {
        List<Reason> reasons = new ArrayList<>();
        switch (start) {
            case Start.Loading() -> reasons.add(new Reason("model", wanted + " is being loaded"));
            case Start.Failed(String why) -> reasons.add(new Reason("model", why));
            case Start.Done() -> { }
        }
        if (draining.getAsBoolean()) {
            reasons.add(new Reason("draining", "the hub is about to stop and takes nobody new"));
        }
        return reasons;
    }

    /** @param check name of what is not ready */
    public record Reason(String check, String message) {}

    @Override
    public synchronized void loaded(PipelineLoader.Entry entry, Duration took) {
        start = new Start.Done();
    }

    @Override
    public synchronized void failed(PipelineLoader.Entry entry, String reason) {
        if (!(start instanceof Start.Done)) {
            start = new Start.Failed(reason);
        }
    }

    /** Somebody asked for another one meanwhile, or for none. */
    @Override
    public synchronized void abandoned(PipelineLoader.Entry entry) {
        start = new Start.Done();
    }
}
