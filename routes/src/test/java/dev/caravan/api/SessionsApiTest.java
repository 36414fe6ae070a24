package dev.caravan.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.processors.frames.FfmpegPictures;
import dev.caravan.processors.session.SessionRefusedException;
import dev.caravan.processors.webrtc.PeerSnapshot;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionsApiTest {

    private static final Map<String, String> SHOW = Map.of("id", "show");
    private static final Map<String, String> GHOST = Map.of("id", "ghost");

    private final Bench bench = new Bench(EchoPipeline.of("passthrough"), EchoPipeline.preprocessor("gray"));
    private final List<PeerSnapshot> peers = new ArrayList<>();
    private final SessionsApi api = new SessionsApi(bench.sessions, () -> peers, FfmpegPictures.shared());

    @BeforeEach
    void load() throws InterruptedException {
        bench.loaded("gray", "passthrough");
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void anOpenedSessionIsListedUntilItIsDeleted() throws Exception {
        Reply opened = api.open(Requests.json("{'id':'show','pipeline_ids':['passthrough'],'parameters':{'noise_scale':0.5}}"));

        assertEquals(201, opened.status());
        JsonNode session = Requests.body(api.list(Requests.get())).at("/sessions/0");
        assertEquals("show", session.get("id").asText());
        assertEquals("rest", session.get("opener").asText());
        assertEquals("[\"passthrough\"]", session.get("pipelines").toString());
        assertEquals(204, api.close(Requests.get(SHOW)).status());
        assertEquals(0, Requests.body(api.list(Requests.get())).get("sessions").size());
    }

    @Test
    void everythingIsOptionalWhenOpening() throws Exception {
        Reply opened = api.open(Requests.get());

        assertEquals("[\"gray\",\"passthrough\"]", Requests.body(opened).get("pipelines").toString());
        assertEquals(36, Requests.body(opened).get("id").asText().length());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'id':7}                              | [body, id]
            {'pipeline_ids':'passthrough'}        | [body, pipeline_ids]
            {'parameters':{'noise_scale':2}}      | [body, parameters, noise_scale]
            """)
    void wrongTypesAreNamedWithTheirPlace(String body, String loc) {
        ValidationError wrong = assertThrows(ValidationError.class, () -> api.open(Requests.json(body)));

        assertEquals(loc, wrong.faults().getFirst().loc().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'id':'../x'}", "{'id':''}", "{'id':'taken'}"})
    void anIdThatIsMalformedOrTakenIsRefused(String body) throws Exception {
        api.open(Requests.json("{'id':'taken'}"));

        assertEquals(
                SessionRefusedException.Cause.BAD_ID,
                assertThrows(SessionRefusedException.class, () -> api.open(Requests.json(body))).kind());
    }

    @Test
    void anUnknownSessionIsNotFound() {
        for (Api.Handler handler : List.<Api.Handler>of(api::close, api::control, api::one, api::frame, api::parameters)) {
            ApiError unknown = assertThrows(ApiError.class, () -> handler.handle(Requests.json("{'noise_scale':1}", GHOST)));
            assertEquals(404, unknown.status());
            assertEquals("Session ghost not found", unknown.getMessage());
        }
    }

    @Test
    void parametersReachOneSessionOnly() throws Exception {
        api.open(Requests.json("{'id':'show'}"));
        api.open(Requests.json("{'id':'other'}"));

        JsonNode reply = Requests.body(api.control(Requests.json("{'noise_scale':0.25,'reset_cache':null}", SHOW)));

        assertEquals("{\"noise_scale\":0.25}", reply.get("applied_parameters").toString());
        assertEquals(0.25, parameters("show").get("noise_scale").asDouble());
        assertTrue(parameters("other").path("noise_scale").isMissingNode());
    }

    @Test
    void anUpdateWithOneBadKeyAppliesNothing() throws Exception {
        api.open(Requests.json("{'id':'show'}"));

        ValidationError wrong = assertThrows(
                ValidationError.class, () -> api.control(Requests.json("{'manage_cache':false,'noise_scale':'high'}", SHOW)));

        assertEquals("[body, noise_scale]", wrong.faults().getFirst().loc().toString());
        assertTrue(parameters("show").path("manage_cache").isMissingNode());
    }

    @Test
    void anUpdateOfNothingIsRefused() throws Exception {
        api.open(Requests.json("{'id':'show'}"));

        ApiError refused = assertThrows(ApiError.class, () -> api.control(Requests.json("{'noise_scale':null}", SHOW)));

        assertEquals(400, refused.status());
        assertEquals("No parameters provided", refused.getMessage());
    }

    @Test
    void theNewestPictureIsAJpegAndASmallerOneOnDemand() throws Exception {
        api.open(Requests.json("{'id':'show','pipeline_ids':['passthrough']}"));
        assertEquals(404, assertThrows(ApiError.class, () -> api.frame(Requests.get(SHOW))).status());
        bench.sessions.find("show").orElseThrow().offer(Bench.frame("show", 0));
        Bench.await(() -> bench.sessions.find("show").orElseThrow().latestFrame().isPresent());

        Reply full = api.frame(Requests.get(SHOW));

        assertEquals("no-store", full.headers().get("Cache-Control"));
        assertEquals(32, width(full));
        assertEquals(10, width(api.frame(Requests.get(SHOW, "width", "10"))));
        assertEquals(32, width(api.frame(Requests.get(SHOW, "width", "1000", "quality", "1"))));
    }

    @ParameterizedTest
    @CsvSource({"quality,0", "quality,101", "quality,best", "width,0"})
    void aPictureOfImpossibleQualityIsRefused(String name, String value) throws Exception {
        api.open(Requests.json("{'id':'show'}"));

        assertThrows(ValidationError.class, () -> api.frame(Requests.get(SHOW, name, value)));
    }

    @Test
    void aSessionNamesItsPeersWithTheirRates() throws Exception {
        api.open(Requests.json("{'id':'show'}"));
        peers.add(peer("p1", "show"));
        peers.add(peer("p2", "other"));

        JsonNode session = Requests.body(api.one(Requests.get(SHOW)));

        assertEquals(1, session.get("peers").size());
        assertEquals(1234.6, session.at("/peers/0/kbps_out").asDouble());
        assertEquals(12.3, session.at("/peers/0/rtt_ms").asDouble());
        assertTrue(session.at("/peers/0/codec_in").isNull());
    }

    private static PeerSnapshot peer(String id, String session) {
        return new PeerSnapshot(id, session, "connected", true, true, true, 0, 1, 2, 0, 0, 0, 0, 1234.56, 0, 30, Optional.empty(),
                Optional.of("VP8"), OptionalDouble.of(12.34));
    }

    private JsonNode parameters(String id) {
        return Requests.body(api.parameters(Requests.get(Map.of("id", id)))).get("parameters");
    }

    private static int width(Reply reply) throws Exception {
        Reply.Bytes jpeg = (Reply.Bytes) reply.body();
        assertEquals("image/jpeg", jpeg.contentType());
        return ImageIO.read(new ByteArrayInputStream(jpeg.bytes())).getWidth();
    }
}
