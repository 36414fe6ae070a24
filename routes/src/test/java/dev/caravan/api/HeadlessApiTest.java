package dev.caravan.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.session.HeadlessSession;
import dev.caravan.inference.frame.Origin;
import dev.caravan.processors.frames.FfmpegPictures;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionRefusedException;
import dev.caravan.processors.session.SessionRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadlessApiTest {

    private static final String START = "{'pipeline_id':'passthrough','input_mode':'text','prompts':[{'text':'a boat'}],"
            + "'parameters':{'noise_scale':0.6},'node_parameters':{'passthrough':{'manage_cache':false}},'input_source':{'enabled':false}}";

    private final Bench bench = new Bench(EchoPipeline.of("passthrough"), EchoPipeline.preprocessor("gray"), EchoPipeline.broken("broken"));
    private final HeadlessApi api = new HeadlessApi(
            bench.sessions, new HeadlessSession(bench.registry, bench.loader, bench.sessions), FfmpegPictures.shared());

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void itRunsFromStartToStop() throws Exception {
        bench.loaded("passthrough");

        JsonNode started = Requests.body(api.start(Requests.json(START)));

        assertEquals(
                "{\"status\":\"ok\",\"input_mode\":\"text\",\"cloud_mode\":false,\"pipeline_id\":\"passthrough\"}", started.toString());
        JsonNode parameters = Requests.body(api.parameters()).get("parameters");
        assertEquals(0.6, parameters.get("noise_scale").asDouble());
        assertEquals(false, parameters.get("manage_cache").asBoolean());
        assertEquals("a boat", parameters.at("/prompts/0/text").asText());
        Bench.await(() -> metrics().at("/sessions/headless/frames_out").asLong() > 0);
        assertTrue(metrics().at("/sessions/headless/headless").asBoolean());
        Bench.await(() -> bench.sessions.all().getFirst().latestFrame().isPresent());
        assertEquals(200, api.frame(Requests.get()).status());
        assertEquals("Headless session stopped", Requests.body(api.stop(Requests.json("{}"))).get("message").asText());
        assertEquals("No active headless session", assertThrows(ApiError.class, () -> api.stop(Requests.json("{}"))).getMessage());
    }

    @Test
    void startingAgainReplacesTheRunningOne() throws Exception {
        bench.loaded("passthrough");
        api.start(Requests.json(START));
        Session first = bench.sessions.all().getFirst();

        api.start(Requests.json(START));

        Bench.await(() -> bench.sessions.find(first.id()).isEmpty());
        assertEquals(1, bench.sessions.all().size());
    }

    @Test
    void aGraphLoadsItsOwnPipelines() throws Exception {
        JsonNode started = Requests.body(api.start(Requests.json("{'graph':{'nodes':[{'id':'in','type':'source'},{'id':'g','type':'pipeline',"
                + "'pipeline_id':'gray'},{'id':'out','type':'sink'}],'edges':[{'from':'in','to_node':'g'},{'from':'g','to_node':'out'}]},"
                + "'input_mode':'video'}")));

        assertEquals("[\"gray\"]", started.get("pipeline_ids").toString());
        assertEquals("[\"in\"]", started.get("source_node_ids").toString());
        assertEquals("[\"out\"]", started.get("sink_node_ids").toString());
        assertEquals(List.of("g"), bench.sessions.all().getFirst().nodeIds());
    }

    @Test
    void aGraphWhosePipelineCannotBeLoadedIsRefusedWithTheReason() {
        ApiError refused = assertThrows(ApiError.class, () -> api.start(Requests.json("{'graph':{'nodes':[{'id':'b','type':'pipeline',"
                + "'pipeline_id':'broken'},{'id':'out','type':'sink'}],'edges':[{'from':'b','to_node':'out'}]}}")));

        assertTrue(refused.getMessage().contains("weights.bin"), refused.getMessage());
    }

    @Test
    void withoutALoadedPipelineItDoesNotStart() {
        assertEquals(
                SessionRefusedException.Cause.NOT_LOADED,
                assertThrows(SessionRefusedException.class, () -> api.start(Requests.json(START))).kind());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                               | [body]
            {'pipeline_id':'p','input_mode':'camera'}                        | [body, input_mode]
            {'pipeline_id':'p','parameters':{'noise_scale':7}}               | [body, parameters, noise_scale]
            {'pipeline_id':'p','node_parameters':{'p':3}}                    | [body, node_parameters, p]
            {'pipeline_id':'p','prompts':'a string'}                         | [body, parameters, prompts]
            """)
    void wrongTypesAreNamedWithTheirPlace(String body, String loc) {
        ValidationError wrong = assertThrows(ValidationError.class, () -> api.start(Requests.json(body)));

        assertEquals(loc, wrong.faults().getFirst().loc().toString());
    }

    @Test
    void anUpdateReachesEverySession() throws Exception {
        bench.loaded("passthrough");
        api.start(Requests.json(START));
        Session other = open("other");

        JsonNode reply = Requests.body(api.control(Requests.json("{'noise_scale':0.1}")));

        assertEquals("{\"noise_scale\":0.1}", reply.get("applied_parameters").toString());
        for (Session session : bench.sessions.all()) {
            assertEquals(0.1, session.parameters().get("noise_scale"));
        }
        assertEquals(0.1, other.parameters().get("noise_scale"));
    }

    @Test
    void aBadUpdateReachesNoSession() throws Exception {
        bench.loaded("passthrough");
        Session session = open("one");

        assertThrows(ValidationError.class, () -> api.control(Requests.json("{'manage_cache':true,'input_mode':'camera'}")));

        assertEquals(Map.of(), session.parameters());
        assertEquals(400, assertThrows(ApiError.class, () -> api.control(Requests.json("{}"))).status());
    }

    @Test
    void aSessionWithAClientIsAskedBeforeTheHeadlessOne() throws Exception {
        bench.loaded("passthrough");
        assertEquals("{\"parameters\":{}}", Requests.body(api.parameters()).toString());
        api.start(Requests.json(START));
        open("client").control(new Control("client", Control.Door.REST, Origin.of("rest"), Map.of("noise_scale", 0.9)), true);

        assertEquals(0.9, Requests.body(api.parameters()).at("/parameters/noise_scale").asDouble());
    }

    @Test
    void metricsListEverySession() throws Exception {
        bench.loaded("passthrough");
        open("one");
        api.start(Requests.json(START));

        assertEquals(2, metrics().get("sessions").size());
        assertEquals("{}", metrics().get("gpu").toString());
    }

    @Test
    void withoutAFrameThereIsNoPicture() {
        ApiError none = assertThrows(ApiError.class, () -> api.frame(Requests.get()));

        assertEquals(404, none.status());
        assertEquals("No frame available (no active session or pipeline not running)", none.getMessage());
    }

    private Session open(String id) throws SessionRefusedException {
        return bench.sessions.open(new SessionRequest(
                Optional.of(id), Origin.of("rest"), Control.Door.REST, List.of(), Map.of(), Map.of()));
    }

    private JsonNode metrics() {
        return Requests.body(api.metrics());
    }
}
