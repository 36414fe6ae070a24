package dev.caravan.jmx;

import dev.caravan.inference.frame.Origin;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionEvent;
import dev.caravan.processors.session.SessionSnapshot;
import dev.caravan.processors.session.Sessions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** See {@link SessionMXBean}. Thread-safe. */
final class SessionBean implements SessionMXBean {

    private static final Origin CONSOLE = Origin.of("console");

    private final Session session;
    private final Sessions sessions;
    private final StageTimes stages;
    private final Recent<SessionSnapshot> now;
    private volatile double lastChunkMillis;

    SessionBean(Session session, HubParts hub) {
        this.session = session;
        this.sessions = hub.sessions();
        this.stages = hub.stages();
        this.now = new Recent<>(session::snapshot, hub.clock());
    }

    boolean isOf(Session other) {
        return session == other;
    }

    /** A {@link SessionEvent.Type#CHUNK} event of this session. */
    void chunk(SessionEvent event) {
        Object took = event.data().get("duration_ms");
        Object chunks = event.data().get("chunks");
        if (took instanceof Number millis && chunks instanceof Number count && count.longValue() > 0) {
            lastChunkMillis = millis.doubleValue() / count.longValue();
        }
    }

    @Override
    public String getId() {
        return session.id();
    }

    @Override
    public String getState() {
        return now.get().state();
    }

    @Override
    public String getOpener() {
        return now.get().opener();
    }

    @Override
    public List<String> getPipelines() {
        return now.get().pipelines();
    }

    @Override
    public String getMode() {
        return now.get().mode();
    }

    @Override
    public List<String> getSources() {
        return now.get().sources();
    }

    @Override
    public @Nullable String getActiveSource() {
        return now.get().activeSource().orElse(null);
    }

    @Override
    public List<String> getViewers() {
        return now.get().viewers();
    }

    @Override
    public List<String> getOutputs() {
        return now.get().outputs();
    }

    @Override
    public int getWidth() {
        return now.get().width();
    }

    @Override
    public int getHeight() {
        return now.get().height();
    }

    @Override
    public long getFramesIn() {
        return now.get().framesIn();
    }

    @Override
    public long getFramesOut() {
        return now.get().framesOut();
    }

    @Override
    public double getFpsIn() {
        return Texts.oneDecimal(now.get().fpsIn());
    }

    @Override
    public double getFpsOut() {
        return Texts.oneDecimal(now.get().fpsOut());
    }

    @Override
    public double getPipelineFps() {
        return Texts.oneDecimal(now.get().pipelineFps());
    }

    @Override
    public Map<String, Long> getDropped() {
        return new TreeMap<>(now.get().dropped());
    }

    @Override
    public long getChunks() {
        return now.get().chunks();
    }

    @Override
    public double getLastChunkMillis() {
        return Texts.oneDecimal(lastChunkMillis);
    }

    @Override
    public Map<String, Double> getStageMillis() {
        return stages.of(session.id());
    }

    @Override
    public String getPrompt() {
        return Texts.prompt(session.parameters());
    }

    @Override
    public String getParameters() {
        return Texts.json(session.parameters());
    }

    @Override
    public double getElapsedSeconds() {
        return now.get().elapsedSeconds();
    }

    @Override
    public List<String> getNotes() {
        return session.notes();
    }

    @Override
    public void pause() {
        control(Map.of("paused", true));
    }

    @Override
    public void resume() {
        control(Map.of("paused", false));
    }

    @Override
    public void sendPrompt(@Nullable String text) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException("write a prompt of at least one word");
        }
        control(Map.of("prompts", List.of(Map.of("text", text, "weight", 1.0))));
    }

    @Override
    public String setParameters(@Nullable String json) {
        Map<String, Object> update = Texts.object(json);
        update.values().removeIf(Objects::isNull);
        if (update.isEmpty()) {
            throw new IllegalArgumentException("no parameters given: write a JSON object, as in {\"noise_scale\": 0.7}");
        }
        return Texts.json(control(update));
    }

    /** Only to one that is there: a name mistyped in a console would leave the session without a picture. */
    @Override
    public void switchSource(@Nullable String name) {
        List<String> sources = session.snapshot().sources();
        if (name != null && !name.isEmpty() && !sources.contains(name)) {
            throw new IllegalArgumentException("session " + session.id() + " has no such source; it has "
                    + (sources.isEmpty() ? "none" : String.join(", ", sources)));
        }
        control(Map.of("active_source", name == null ? "" : name));
    }

    @Override
    public void stop() {
        if (!sessions.close(session.id(), "stopped by an operator")) {
            throw gone();
        }
    }

    /** Returns what of it applies. */
    private Map<String, Object> control(Map<String, Object> update) {
        Session.Receipt receipt = session.control(new Control(session.id(), Control.Door.REST, CONSOLE, update), true);
        now.forget();
        if (!receipt.errors().isEmpty()) {
            throw new IllegalArgumentException(Texts.faults(receipt.errors()));
        }
        if (receipt.offset() < 0 && sessions.find(session.id()).isEmpty()) {
            throw gone();
        }
        return receipt.applied();
    }

    private IllegalStateException gone() {
        return new IllegalStateException("session " + session.id() + " is closing");
    }
}
