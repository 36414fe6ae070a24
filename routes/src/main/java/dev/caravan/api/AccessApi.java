package dev.caravan.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.processors.session.Sessions;
import dev.caravan.security.JoinTokens;
import dev.caravan.security.Principal;
import dev.caravan.security.Role;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who calls, and tokens to let others in. */
public final class AccessApi extends ApiRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(AccessApi.class);
    private static final Duration USUAL = Duration.ofHours(1);

    private final JoinTokens tokens;
    private final Sessions sessions;
    private final InstantSource clock;
    private final boolean tls;

    /** @param tls whether the port speaks HTTPS */
    public AccessApi(JoinTokens tokens, Sessions sessions, InstantSource clock, boolean tls) {
        super("access", "Who calls, and tokens to let others in");
        this.tokens = tokens;
        this.sessions = sessions;
        this.clock = clock;
        this.tls = tls;
    }

    @Override
    protected void operations() {
        get("/api/v1/me", "getMe", "Name and role of the caller", AccessApi::me);
        post("/api/v1/tokens", "createToken", "Make a join token: a role, perhaps one session, and an end", this::create)
                .jsonBody(
                        "role (viewer or producer), session: the only one it opens, expires_in: seconds, 3600 by default",
                        Map.of("role", "viewer", "expires_in", 3600))
                .answers(201, "made; the token is shown this once")
                .answers(403, "a producer may make tokens for viewers of their own sessions")
                .answers(422, "wrong types or values");
        delete("/api/v1/tokens/{id}", "revokeToken", "End a join token before its time, on this hub until it stops", this::revoke)
                .path("id", "id of the token")
                .answers(204, "it opens nothing any more")
                .answers(404, "not the id of a join token")
                .answers(503, "too many are revoked: start the hub with another --join-token-key");
    }

    private static Reply me(Request request) {
        Principal caller = request.caller();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", caller.name());
        body.put("role", caller.role().wireName());
        body.put("session", caller.session().orElse(null));
        body.put("expires_at", caller.expires().map(Instant::getEpochSecond).orElse(null));
        return Reply.json(body).with("Cache-Control", "no-store");
    }

    private Reply create(Request request) {
        ObjectNode json = request.requireObject();
        Fields fields = Fields.ofBody(json);
        Optional<String> role = fields.oneOf("role", Role.VIEWER.wireName(), Role.PRODUCER.wireName());
        if (!json.hasNonNull("role")) {
            fields.requireText("role");
        }
        Optional<String> session = fields.text("session");
        if (session.filter(id -> !Sessions.ID.matcher(id).matches()).isPresent()) {
            fields.fault("string_pattern_mismatch", "String should be a session id", session.get(), "session");
        }
        long longest = tokens.longest().toSeconds();
        long seconds = fields.whole("expires_in").map(Integer::longValue).orElse(Math.min(USUAL.toSeconds(), longest));
        if (seconds < 1 || seconds > longest) {
            fields.fault("value_error", "Value should be from 1 to " + longest + " (--join-token-max-s)", seconds, "expires_in");
        }
        fields.check();
        Role wanted = role.orElseThrow().equals(Role.VIEWER.wireName()) ? Role.VIEWER : Role.PRODUCER;
        requireAllowed(request.caller(), wanted, session);
        JoinTokens.Issued issued = tokens.issue(wanted, session, lifetime(request.caller(), seconds));
        LOG.info("{} made {} for a {} of {}", request.caller().name(), issued, wanted.wireName(), session.orElse("all sessions"));
        return Reply.json(201, json(issued, base(request))).with("Cache-Control", "no-store");
    }

    /** Operators may all; producers bring viewers to what is theirs. */
    private void requireAllowed(Principal caller, Role wanted, Optional<String> session) {
        boolean own = wanted == Role.VIEWER
                && session.flatMap(sessions::find).filter(found -> Ownership.isOf(caller, found)).isPresent();
        if (!own && !caller.role().covers(Role.OPERATOR)) {
            throw new ApiError(403, "A producer may make tokens for viewers of a session they opened: name one with 'session'");
        }
    }

    /** Nobody's guests stay longer than they may themselves. */
    private Duration lifetime(Principal caller, long seconds) {
        Duration wished = Duration.ofSeconds(seconds);
        return caller.expires()
                .map(end -> Duration.between(clock.instant(), end))
                .filter(left -> left.compareTo(wished) < 0)
                .orElse(wished);
    }

    private Reply revoke(Request request) {
        String id = request.path("id");
        if (!JoinTokens.isId(id)) {
            throw ApiError.notFound("'" + id.substring(0, Math.min(id.length(), 32)) + "' is not the id of a join token");
        }
        if (!tokens.revoke(id)) {
            throw new ApiError(503, "Too many tokens are revoked: start the hub with another --join-token-key");
        }
        LOG.info("{} revoked join token {}", request.caller().name(), id);
        return Reply.noContent();
    }

    private static Map<String, Object> json(JoinTokens.Issued issued, String base) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", issued.id());
        body.put("token", issued.token());
        body.put("role", issued.role().wireName());
        body.put("session", issued.session().orElse(null));
        body.put("expires_at", issued.expires().getEpochSecond());
        // Behind the #: browsers keep that part to themselves, so it is in no log of a proxy.
        String watch = issued.session().map(id -> "&watch=" + URLEncoder.encode(id, StandardCharsets.UTF_8)).orElse("");
        body.put("url", base + "/#token=" + issued.token() + (issued.role() == Role.VIEWER ? watch : ""));
        return body;
    }

    /** The hub as the caller reaches it; a proxy that ends TLS shows in the origin of the page. */
    private String base(Request request) {
        String host = request.header("host").orElse("localhost");
        boolean https = tls || request.header("origin").filter(("https://" + host)::equalsIgnoreCase).isPresent();
        return (https ? "https://" : "http://") + host;
    }
}
