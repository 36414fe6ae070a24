package dev.caravan.api;

import dev.caravan.api.session.HeadlessBody;
import dev.caravan.api.session.HeadlessSession;
import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.pipeline.ParameterTable;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.processors.frames.FfmpegPictures;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionRefusedException;
import dev.caravan.processors.session.Sessions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The contract's control of sessions, which knows no ids (§1.8): updates reach every session, questions are answered by the first session
 * with a client, else by the headless one.
 */
public final class HeadlessApi extends ApiRoutes {

    private static final String NO_FRAME = "No frame available (no active session or pipeline not running)";

    private final Sessions sessions;
    private final HeadlessSession headless;
    private final Snapshots snapshots;

    public HeadlessApi(Sessions sessions, HeadlessSession headless, FfmpegPictures pictures) {
        super("session", "Sessions without a client, and control of all at once");
        this.sessions = sessions;
        this.headless = headless;
        this.snapshots = new Snapshots(pictures);
    }

    @Override
    protected void operations() {
        post("/api/v1/session/start", "startHeadless", "Start the session without a client", this::start)
                .jsonBody(
                        "pipeline_id or graph; input_mode, prompts, parameters, node_parameters",
                        Map.of("pipeline_id", "test-card", "input_mode", "text", "parameters", SessionsApi.CONTROL))
                .answers(400, "no pipeline loaded, or a graph the hub does not run")
                .answers(403, "a graph that would have to be loaded, or a session of somebody else in its place")
                .answers(422, "neither pipeline_id nor graph, or wrong types");
        post("/api/v1/session/stop", "stopHeadless", "Stop it", this::stop).answers(403, "started by somebody else").answers(404, "there is none");
        get("/api/v1/session/parameters", "getSessionParameters", "Parameters of the first session", request -> parameters());
        post("/api/v1/session/parameters", "setSessionParameters", "Change parameters of every session", this::control)
                .jsonBody(SessionsApi.CONTROL_TEXT, SessionsApi.CONTROL)
                .answers(400, "nothing to change")
                .answers(422, "wrong types or values; nothing is applied");
        get("/api/v1/session/frame", "getSessionFrame", "The newest picture of the first session as JPEG", this::frame)
                .queryNumber("quality", "1 to 100, 85 by default")
                .produces("image/jpeg")
                .answers(404, "no frame yet");
        get("/api/v1/session/metrics", "getSessionMetrics", "Counters of every session", request -> metrics());
    }

    Reply start(Request request) throws SessionRefusedException, PipelineException, InterruptedException {
        return Reply.json(headless.start(HeadlessBody.parse(request.requireObject()), request.caller()));
    }

    Reply stop(Request request) {
        if (!headless.stop(request.caller())) {
            throw ApiError.notFound("No active headless session");
        }
        return Reply.json(Map.of("status", "ok", "message", "Headless session stopped"));
    }

    /** Checked once for all: either every session gets the update or none. */
    Reply control(Request request) {
        ParameterTable.Checked checked = ParameterTable.check(SessionsApi.update(request.requireObject()));
        if (!checked.errors().isEmpty()) {
            throw ValidationError.of(checked.errors(), "body");
        }
        for (Session session : sessions.all()) {
            session.control(new Control(session.id(), Control.Door.REST, request.origin(), checked.accepted()), true);
        }
        return Reply.json(Map.of("status", "ok", "applied_parameters", checked.accepted()));
    }

    Reply parameters() {
        return Reply.json(Map.of("parameters", byPrecedence().findFirst().map(Session::parameters).orElse(Map.of())));
    }

    Reply frame(Request request) throws BadPictureException {
        return snapshots.jpeg(request, newest(), NO_FRAME);
    }

    Reply metrics() {
        Map<String, Object> all = new LinkedHashMap<>();
        for (Session session : sessions.all()) {
            boolean isHeadless = headless.is(session);
            all.put(isHeadless ? HeadlessSession.NAME : session.id(), SessionJson.metrics(session, isHeadless));
        }
        return Reply.json(Map.of("sessions", all, "gpu", Map.of()));
    }

    private Optional<Frame> newest() {
        return byPrecedence().map(session -> session.latestFrame().orElse(null)).filter(Objects::nonNull).findFirst();
    }

    private Stream<Session> byPrecedence() {
        List<Session> all = sessions.all();
        return Stream.concat(
                all.stream().filter(session -> !headless.is(session)), all.stream().filter(headless::is));
    }
}
