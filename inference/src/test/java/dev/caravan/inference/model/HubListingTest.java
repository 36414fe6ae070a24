package dev.caravan.inference.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the hub says of its files is believed in nothing. */
class HubListingTest {

    private static final String TREE = "/api/models/owner/repo/tree/main";
    private static final Artifact ARTIFACT = Artifact.of("owner/repo", "a.bin", "google/");

    private HubStandIn hub;
    private HubHttp http;

    @BeforeEach
    void start() throws IOException {
        hub = new HubStandIn();
        http = new HubHttp(DownloadSettings.of(hub.uri(), Optional::empty));
    }

    @AfterEach
    void stop() {
        http.close();
        hub.close();
    }

    @Test
    void largeFilesHaveTheirSha256AndSmallOnesTheirGitName() throws Exception {
        byte[] large = new byte[2_000];
        hub.with("/owner/repo/resolve/main/a.bin", large).with("/owner/repo/resolve/main/google/b.json", "{}");
        List<RemoteFile> files = list(ARTIFACT);
        assertEquals(
                List.of(
                        new RemoteFile(ARTIFACT, "a.bin", OptionalLong.of(2_000),
                                Optional.of(new Digest(Digest.Kind.SHA256, HubStandIn.hex("SHA-256", large)))),
                        new RemoteFile(ARTIFACT, "google/b.json", OptionalLong.of(2),
                                // git hash-object of a file with the two bytes {}
                                Optional.of(new Digest(Digest.Kind.GIT, "9e26dfeeb6e641a33dae4961196235bdb965b21b")))),
                files);
        assertEquals(List.of("GET " + TREE), hub.requests);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "google/../../../escaped", "google/..", "google//x", "google/a\\\\b", "google/x.incomplete", "google/\\u0000", "google/C:x", "google/-x",
    })
    void aHostileNameBelowADirectoryIsRefused(String path) {
        hub.with(TREE, "[" + HubStandIn.entry("a.bin", new byte[1]) + ",{\"type\":\"file\",\"path\":\"" + path + "\",\"size\":1}]");
        assertTrue(refusal().endsWith("lists a file with an unusable name"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "elsewhere/x", "../a.bin", "google"})
    void aNameNobodyAskedForIsNotLookedAt(String path) {
        hub.with(TREE, "[" + HubStandIn.entry("a.bin", new byte[1]) + ",{\"type\":\"file\",\"path\":\"" + path + "\",\"size\":1}]");
        assertEquals("owner/repo/google/ lists 0 files; 1 to 1000 expected", refusal());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1099511627777", "1e30", "\"5\"", "null", "1.5", "99999999999999999999"})
    void anImpossibleSizeIsRefused(String size) {
        hub.with(TREE, "[{\"type\":\"file\",\"path\":\"a.bin\",\"size\":" + size + "}]");
        assertEquals("owner/repo/a.bin has an unusable size", refusal());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "not json", "null", "", "[1,"})
    void aListThatIsNoneIsRefused(String body) {
        hub.with(TREE, body);
        assertEquals("the hub's list of files of owner/repo cannot be read; is --hf-endpoint right?", refusal());
    }

    @Test
    void aListOfStrangeThingsLacksOurFile() {
        hub.with(TREE, "[1,null,\"x\",[],{\"type\":\"file\"}]");
        assertEquals("the hub has no owner/repo/a.bin (HTTP 404)", refusal());
    }

    @Test
    void aLongListGoesOnOnItsNextPage() throws Exception {
        hub.mood = (exchange, file) -> {
            String query = exchange.getRequestURI().getQuery();
            boolean first = !query.contains("cursor");
            if (first) {
                exchange.getResponseHeaders().set("Link", "<" + hub.uri() + TREE + "?recursive=true&cursor=abc>; rel=\"next\"");
            }
            byte[] page = ("[" + HubStandIn.entry(first ? "google/b" : "a.bin", new byte[3]) + "]").getBytes();
            HubStandIn.begin(exchange, page, page.length);
            return true;
        };
        assertEquals(List.of("a.bin", "google/b"), list(ARTIFACT).stream().map(RemoteFile::path).toList());
    }

    @ParameterizedTest
    @CsvSource({"http://192.0.2.1/x, is not the hub's", "::, is not the hub's"})
    void aListThatGoesOnElsewhereIsNotFollowed(String next, String message) {
        hub.mood = (exchange, file) -> {
            exchange.getResponseHeaders().set("Link", "<" + next + ">; rel=\"next\"");
            HubStandIn.begin(exchange, "[]".getBytes(), 2);
            return true;
        };
        assertTrue(refusal().endsWith(message));
    }

    @Test
    void aListWithoutAnEndIsGivenUp() {
        hub.mood = (exchange, file) -> {
            exchange.getResponseHeaders().set("Link", "<" + TREE + "?recursive=true>; rel=\"next\"");
            HubStandIn.begin(exchange, "[]".getBytes(), 2);
            return true;
        };
        assertEquals("owner/repo lists more files than a model has", refusal());
    }

    @Test
    void aMirrorWithoutListsIsAskedForEachFilesHead() throws Exception {
        hub.mood = (exchange, file) -> {
            if (!exchange.getRequestMethod().equals("HEAD")) {
                HubStandIn.respond(exchange, 404);
                return true;
            }
            exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + "ab".repeat(32) + "\"");
            HubStandIn.begin(exchange, new byte[77], 77);
            return true;
        };
        Artifact one = Artifact.of("owner/repo", "a.bin");
        assertEquals(
                List.of(new RemoteFile(one, "a.bin", OptionalLong.of(77), Optional.of(new Digest(Digest.Kind.SHA256, "ab".repeat(32))))),
                list(one));
    }

    @Test
    void anETagOfAnyOtherServerIsNoDigest() throws Exception {
        hub.mood = (exchange, file) -> {
            exchange.getResponseHeaders().set("ETag", "\"" + "ab".repeat(20) + "\"");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (head && exchange.getRequestURI().getPath().endsWith("redirected.bin")) {
                exchange.getResponseHeaders().set("Location", "http://192.0.2.1/x");
                exchange.getResponseHeaders().set("X-Linked-Size", "5");
                HubStandIn.respond(exchange, 302);
            } else {
                HubStandIn.respond(exchange, head ? 405 : 404);
            }
            return true;
        };
        Artifact two = Artifact.of("owner/repo", "a.bin", "redirected.bin");
        assertEquals(
                List.of(
                        new RemoteFile(two, "a.bin", OptionalLong.empty(), Optional.empty()),
                        new RemoteFile(two, "redirected.bin", OptionalLong.of(5), Optional.empty())),
                list(two));
    }

    private List<RemoteFile> list(Artifact artifact) throws Exception {
        return new HubListing(http).files(artifact);
    }

    private String refusal() {
        return assertThrows(DownloadException.class, () -> list(ARTIFACT)).getMessage();
    }
}
