package dev.caravan.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.TestHub;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The console of a hub with a token: everybody sees its files, operators alone what it tells. */
@Timeout(120)
class ConsoleTest {

    private static final String JSON = "application/json";
    private static final String VERSION = "{\"type\":\"version\"}";

    private static TestHub hub;

    @BeforeAll
    static void start() {
        hub = TestHub.start("--token=open sesame", "--viewer-token=just looking");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/jolokia", "/jolokia/", "//jolokia", "/jolokia/version", "/%6aolokia", "/x/../jolokia", "/jolokia;x=1", "/hawtio/jolokia",
        "/hawtio/jolokia/", "/hawtio//jolokia", "/hawtio/./jolokia/version", "/hawtio/caravan/../jolokia", "/hawtio/frames/show"
    })
    void nobodyGetsPastTheGuardWhateverWayTheAddressIsWritten(String path) {
        for (String accept : new String[] {"*/*", "text/html"}) {
            HttpResponse<String> answer = hub.fetch(path, "Accept", accept);
            assertEquals(401, answer.statusCode(), answer.body());
        }
        HttpResponse<String> posted = hub.post(path, VERSION, "Content-Type", JSON);
        assertEquals(401, posted.statusCode(), posted.body());
        assertEquals(403, hub.fetch(path, "Authorization", "Bearer just looking").statusCode(), "a viewer is no operator");
    }

    @Test
    void anOperatorGetsIn() {
        for (String path : new String[] {"/jolokia", "/jolokia/", "/hawtio/jolokia", "/hawtio/jolokia/"}) {
            HttpResponse<String> answer = hub.post(path, VERSION, "Content-Type", JSON, "Authorization", "Bearer open sesame");
            assertEquals(200, answer.statusCode(), answer.body());
            assertTrue(answer.body().contains("\"agent\""), answer.body());
        }
    }

    @Test
    void aLoginAtTheConsoleOpensTheConsoleAndThePicturesInIt() {
        hub.send("POST", "/api/v1/pipeline/load", BodyPublishers.ofString("{\"pipeline_ids\":[\"test-card\"]}"),
                "Content-Type", JSON, "Authorization", "Bearer open sesame");
        HttpResponse<String> login = hub.post("/hawtio/auth/login", "{\"username\":\"me\",\"password\":\"open sesame\"}", "Content-Type", JSON);
        assertEquals(200, login.statusCode(), login.body());
        String cookie = login.headers().firstValue("set-cookie").orElseThrow().split(";")[0];

        assertEquals(200, hub.post("/hawtio/jolokia", VERSION, "Content-Type", JSON, "Cookie", cookie).statusCode());
        HttpResponse<String> none = hub.fetch("/hawtio/frames/nobody", "Cookie", cookie);
        assertEquals(404, none.statusCode());
        assertEquals("{\"detail\":\"Session nobody not found\"}", none.body());
        assertEquals(404, hub.fetch("/hawtio/frames/a%2Fb", "Cookie", cookie).statusCode());
        assertEquals(401, hub.fetch("/api/v1/sessions", "Cookie", cookie).statusCode(), "the API has other doors");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/hawtio/", "/hawtio/index.html", "/hawtio/camel/routes", "/hawtio/login", "/hawtio/hawtconfig.json", "/hawtio/plugin",
        "/hawtio/auth/config/login", "/hawtio/keycloak/enabled", "/hawtio/caravan/remoteEntry.js", "/hawtio/caravan/page.js",
        "/hawtio/img/hawtio-logo.svg", "/hawtio/favicon.ico"
    })
    void itsFilesAreEverybodys(String path) {
        HttpResponse<String> answer = hub.fetch(path);
        assertEquals(200, answer.statusCode(), answer.body());
        assertEquals("nosniff", answer.headers().firstValue("x-content-type-options").orElse(""));
    }

    @Test
    void itIsAPageThatNobodyFramesAndThatRunsNobodyElsesScripts() {
        HttpResponse<String> page = hub.fetch("/hawtio/");
        assertEquals("DENY", page.headers().firstValue("x-frame-options").orElse(""));
        String policy = page.headers().firstValue("content-security-policy").orElse("");
        assertTrue(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), policy);
        HttpResponse<String> moved = hub.fetch("/hawtio");
        assertEquals(302, moved.statusCode());
        assertEquals("/hawtio/", moved.headers().firstValue("location").orElse(""));
    }

    @Test
    void whatIsNoFileOfItIsNotServed() {
        assertEquals(404, hub.status("/hawtio/static/js/main.cbde73c6.js.map"), "source maps are of no use here");
        for (String path : new String[] {"/hawtio/../console/jolokia-access.xml", "/hawtio/caravan/..%2fjolokia-access.xml",
            "/hawtio/caravan/%2e%2e/jolokia-access.xml", "/hawtio/..%5c..%5clog4j2.xml"}) {
            HttpResponse<String> answer = hub.fetch(path);
            assertTrue(!answer.body().contains("restrict") && !answer.body().contains("Appenders"), path + " " + answer.body());
        }
        assertEquals(401, hub.post("/hawtio/plugin", "{}", "Content-Type", JSON).statusCode());
    }
}
