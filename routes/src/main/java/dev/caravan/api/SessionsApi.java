package dev.caravan.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.pipeline.ParameterTable;
import dev.caravan.processors.frames.FfmpegPictures;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionRefusedException;
import dev.caravan.processors.session.SessionRequest;
import dev.caravan.processors.session.Sessions;
import dev.caravan.processors.webrtc.PeerSnapshot;
import dev.caravan.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The hub's own view of sessions, one by one. (The contract's {@code /session/...} knows no ids: {@link HeadlessApi}.) Pictures are posted
 * to {@code /api/v1/sessions/{id}/frames}, which is the media route {@code rest-frames}.
 */
public final class SessionsApi extends ApiRoutes {

    /** For the API page. */
    static final String CONTROL_TEXT = "what to change: prompts, paused, ... of the contract, and outputs: ['kafka'], active_source: a name"
            + " from the session's sources; the others stay";

    static final Map<String, Object> CONTROL = Map.of("prompts", List.of(Map.of("text", "a harbour at night", "weight", 1)));

    private static final Origin REST = Origin.of("rest");

    private final Sessions sessions;
    private final Supplier<List<PeerSnapshot>> peers;
    private final Snapshots snapshots;

    public SessionsApi(Sessions sessions, Supplier<List<PeerSnapshot>> peers, FfmpegPictures pictures) {
        super("sessions", "Live sessions, one by one");
        this.sessions = sessions;
        this.peers = peers;
        this.snapshots = new Snapshots(pictures);
    }

    @Override
    protected void operations() {
        get("/api/v1/sessions", "listSessions", "Live sessions, oldest first", this::list);
        post("/api/v1/sessions", "openSession", "Open a session that lives until it is deleted", this::open)
                .jsonBody(
                        "id, pipeline_ids, parameters: all optional",
                        Map.of("id", "studio", "parameters", Map.of("input_mode", "text")))
                .answers(201, "open")
                .answers(400, "no pipeline loaded, or an id that is taken or malformed")
                .answers(503, "a limit is reached");
        get("/api/v1/sessions/{id}", "getSession", "State, sources, viewers, counters and peers", this::one)
                .path("id", "session id")
                .answers(404, "unknown");
        delete("/api/v1/sessions/{id}", "closeSession", "End a session and all its peers", this::close)
                .path("id", "session id")
                .answers(204, "closed")
                .answers(403, "opened by somebody else")
                .answers(404, "unknown");
        get("/api/v1/sessions/{id}/parameters", "getParametersOfSession", "Parameters in force", this::parameters)
                .path("id", "session id")
                .answers(404, "unknown");
        post("/api/v1/sessions/{id}/parameters", "setParametersOfSession", "Change parameters from the next chunk on", this::control)
                .path("id", "session id")
                .jsonBody(CONTROL_TEXT, CONTROL)
                .answers(404, "unknown")
                .answers(422, "wrong types or values; nothing is applied");
        get("/api/v1/sessions/{id}/frame", "getFrameOfSession", "The newest picture as JPEG", this::frame)
                .path("id", "session id")
                .queryNumber("quality", "1 to 100, 85 by default")
                .queryNumber("width", "width of a smaller picture")
                .produces("image/jpeg")
                .answers(404, "unknown, or no frame yet");
    }

    Reply list(Request request) {
        List<PeerSnapshot> all = peers.get();
        Principal caller = request.caller();
        return Reply.json(Map.of("sessions", sessions.all().stream()
                .filter(session -> caller.session().map(session.id()::equals).orElse(true))
                .map(session -> SessionJson.of(session, all, caller))
                .toList()));
    }

    Reply open(Request request) throws SessionRefusedException {
        Fields fields = Fields.ofBody(request.hasBody() ? request.requireObject() : Json.MAPPER.createObjectNode());
        Optional<String> id = fields.text("id");
        List<String> pipelineIds = fields.texts("pipeline_ids").orElse(List.of());
        ParameterTable.Checked checked = ParameterTable.check(fields.map("parameters").orElse(Map.of()));
        fields.faults("parameters", checked.errors());
        fields.check();
        Session session = sessions.open(
                new SessionRequest(id, REST, Control.Door.REST, pipelineIds, checked.accepted(),
                        Ownership.of(request.caller())));
        return Reply.json(201, SessionJson.of(session, List.of(), request.caller()));
    }

    Reply one(Request request) {
        return Reply.json(SessionJson.of(session(request), peers.get(), request.caller()));
    }

    Reply parameters(Request request) {
        return Reply.json(Map.of("parameters", session(request).parameters()));
    }

    Reply frame(Request request) throws BadPictureException {
        Session session = session(request);
        return snapshots.jpeg(request, session.latestFrame(), "Session " + session.id() + " has made no frame yet");
    }

    Reply close(Request request) {
        Session session = session(request);
        Ownership.require(session, request.caller());
        if (!sessions.close(session.id(), "deleted by a client")) {
            throw unknown(session.id());
        }
        return Reply.noContent();
    }

    Reply control(Request request) {
        Session session = session(request);
        Session.Receipt receipt = session.control(
                new Control(session.id(), Control.Door.REST, request.origin(), update(request.requireObject())), true);
        if (!receipt.errors().isEmpty()) {
            throw ValidationError.of(receipt.errors(), "body");
        }
        return Reply.json(Map.of("status", "ok", "applied_parameters", receipt.applied(), "offset", receipt.offset()));
    }

    /** The body as a parameter update; refused when it holds nothing. */
    static Map<String, Object> update(ObjectNode body) {
        Map<String, Object> update = Fields.toMap(body);
        update.values().removeIf(Objects::isNull);
        if (update.isEmpty()) {
            throw ApiError.badRequest("No parameters provided");
        }
        return update;
    }

    private Session session(Request request) {
        String id = request.path("id");
        return sessions.find(id).orElseThrow(() -> unknown(id));
    }

    private static ApiError unknown(String id) {
        return ApiError.notFound("Session " + id + " not found");
    }
}
