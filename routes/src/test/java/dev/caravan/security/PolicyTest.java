package dev.caravan.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyTest {

    @ParameterizedTest
    @CsvSource({
        "GET, /health/live, OPEN",
        "HEAD, /health/live, OPEN",
        "POST, /health/live, OPERATOR",
        "GET, /api/v1/sessions, VIEWER",
        "GET, /api/v1/sessions/, VIEWER",
        "GET, /api/v1/sessions/x/frame, VIEWER",
        "POST, /api/v1/sessions/x/frames, PRODUCER",
        "POST, /api/v1/webrtc/offer, VIEWER",
        "POST, /api/v1/pipeline/load, OPERATOR",
        "POST, /api/v1/pipeline/load/, OPERATOR",
        "GET, /api/v1/assets/a/b.png, PRODUCER",
        "GET, /metrics, METRICS",
        "GET, /jolokia, OPERATOR",
        "GET, /jolokia/read/x, OPERATOR",
        "GET, /jolokia;x=1, OPERATOR",
        "POST, /hawtio/jolokia/, OPERATOR",
        "GET, /hawtio/jolokia;x/read, OPERATOR",
        "GET, /hawtio/index.html, OPEN",
        "POST, /hawtio/index.html, OPERATOR",
        "POST, /hawtio/auth/login, OPEN",
        "GET, /HAWTIO/user, OPERATOR",
        "GET, /API/v1/sessions, OPERATOR",
        "GET, /api%2Fv1%2Fsessions, OPERATOR",
        "GET, /api/v1/sessions;x=1, OPERATOR",
        "DELETE, /api/v1/routes/mine.yaml, OPERATOR",
        "GET, /a-users/own-route, OPERATOR",
        "TRACE, /api/v1/sessions, OPERATOR",
        "BREW, /health/live, OPERATOR",
        "get, /health/live, OPERATOR",
    })
    void aRequestNeedsWhatTheTableSaysAndOtherwiseAnOperator(String method, String path, Policy.Need need) {
        assertEquals(need, Policy.rule(method, path).need());
    }

    @ParameterizedTest
    @CsvSource({"METRICS, true, false, false, false", "VIEWER, false, true, false, false", "PRODUCER, false, true, true, false",
        "OPERATOR, true, true, true, true"})
    void eachRoleMayWhatThoseBelowMayButFiguresAreForMonitoringAndOperators(
            Role role, boolean metrics, boolean looks, boolean feeds, boolean rules) {
        Principal who = Principal.of("somebody", role);
        assertEquals(metrics, may(who, "GET", "/metrics"));
        assertEquals(looks, may(who, "GET", "/api/v1/sessions/x"));
        assertEquals(feeds, may(who, "POST", "/api/v1/sessions"));
        assertEquals(rules, may(who, "PUT", "/api/v1/keys/huggingface"));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/sessions/mine, true",
        "GET, /api/v1/sessions/mine/frame/, true",
        "POST, /api/v1/sessions/mine/frames, true",
        "GET, /api/v1/webrtc/ice-servers, true",
        "GET, /api/v1/sessions/other, false",
        "GET, /api/v1/sessions/mine%2f, false",
        "POST, /api/v1/sessions/other/parameters, false",
        "POST, /api/v1/session/parameters, false",
        "GET, /api/v1/session/frame, false",
        "POST, /api/v1/sessions, false",
        "POST, /api/v1/assets, false",
        "POST, /api/v1/tokens, false",
    })
    void aTokenForOneSessionTouchesNoOther(String method, String path, boolean allowed) {
        Principal bound = new Principal("join:x", Role.PRODUCER, Optional.of("mine"), Optional.empty());
        assertEquals(allowed, may(bound, method, path));
    }

    @Test
    void aRefusalIsOneLineThatSaysWhatIsMissing() {
        String line = Policy.rule("POST", "/api/v1/pipeline/load").refusal(Principal.of("x", Role.VIEWER), "/api/v1/pipeline/load").orElseThrow();
        assertTrue(line.contains("operator") && line.contains("viewer") && line.lines().count() == 1, line);
    }

    private static boolean may(Principal who, String method, String path) {
        return Policy.rule(method, path).refusal(who, path).isEmpty();
    }
}
