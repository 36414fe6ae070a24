package dev.caravan.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.pipeline.LoadedAdapter;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PipelinesApiTest {

    private final CountDownLatch slowMayEnd = new CountDownLatch(1);
    private final Bench bench = new Bench(
            EchoPipeline.of("passthrough"),
            EchoPipeline.preprocessor("gray"),
            EchoPipeline.slow("slow", slowMayEnd),
            EchoPipeline.broken("broken"),
            EchoPipeline.adapted("adapted", new LoadedAdapter("/loras/ink.safetensors", 0.5, "runtime_peft"),
                    new LoadedAdapter("/loras/sea.safetensors", -1, "permanent_merge")));
    private final PipelinesApi api = new PipelinesApi(bench.registry, bench.loader);

    @AfterEach
    void close() {
        slowMayEnd.countDown();
        bench.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'pipeline_id':'passthrough'}",
        "{'pipeline_ids':['passthrough'],'load_params':null}",
        "{'pipelines':[{'node_id':'passthrough','pipeline_id':'passthrough','load_params':{}}],'connection_id':null,'x':1}",
        "{'pipelines':[],'pipeline_ids':['passthrough'],'pipeline_id':'broken'}",
        "{'pipelines':[{'node_id':'passthrough','pipeline_id':'passthrough'}],'pipeline_ids':['broken']}",
    })
    void everyFormOfTheBodyLoadsAndTheNewestFormWins(String body) throws Exception {
        Reply reply = api.load(Requests.json(body));

        assertEquals("{\"message\":\"Pipeline loading initiated successfully\"}", Requests.body(reply).toString());
        JsonNode status = settled();
        assertEquals("loaded", status.get("status").asText());
        assertEquals("passthrough", status.get("pipeline_id").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'pipelines':[],'pipeline_ids':[]}", "{'pipeline_id':null}", "{'pipeline_id':''}"})
    void aBodyThatNamesNoPipelineIsRefused(String body) {
        ApiError refused = assertThrows(ApiError.class, () -> api.load(Requests.json(body)));

        assertEquals(400, refused.status());
        assertEquals("Either 'pipelines' or 'pipeline_ids' must be provided", refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'pipeline_ids':'passthrough'}            | [body, pipeline_ids]           | list_type
            {'pipeline_ids':['a',7]}                  | [body, pipeline_ids, 1]        | string_type
            {'pipelines':[{'pipeline_id':'a'}]}       | [body, pipelines, 0, node_id]  | missing
            {'pipelines':[3]}                         | [body, pipelines, 0]           | model_attributes_type
            {'pipeline_id':'a','load_params':[1]}     | [body, load_params]            | dict_type
            """)
    void aWrongTypeIsNamedWithItsPlace(String body, String loc, String type) {
        ValidationError wrong = assertThrows(ValidationError.class, () -> api.load(Requests.json(body)));

        assertEquals(loc, wrong.faults().getFirst().loc().toString());
        assertEquals(type, wrong.faults().getFirst().type());
    }

    @Test
    void allFaultsAreToldAtOnce() {
        String body = "{'pipelines':[{'load_params':1}],'pipeline_id':[]}";

        ValidationError wrong = assertThrows(ValidationError.class, () -> api.load(Requests.json(body)));

        assertEquals(4, wrong.faults().size(), wrong.faults().toString());
    }

    @Test
    void beforeAnyLoadTheStatusHasEveryKeyAndSaysSo() {
        JsonNode status = status();

        assertEquals("not_loaded", status.get("status").asText());
        for (String key : List.of("pipeline_id", "load_params", "loaded_lora_adapters", "error", "loading_stage")) {
            assertTrue(status.has(key) && status.get(key).isNull(), key);
        }
        assertTrue(status.get("produces_video").asBoolean());
        assertFalse(status.get("produces_audio").asBoolean());
    }

    @Test
    void theReplyComesAtOnceAndTheStatusIsLoadingFromThenOn() throws Exception {
        api.load(Requests.json("{'pipeline_ids':['slow'],'load_params':{'height':320,'seed':7,'quantization':null}}"));

        assertEquals("loading", status().get("status").asText());
        assertEquals("{\"height\":320,\"seed\":7,\"quantization\":null}", status().get("load_params").toString());
        Bench.await(() -> status().get("loading_stage").asText().equals("Loading weights..."));
        slowMayEnd.countDown();
        assertEquals("loaded", settled().get("status").asText());
    }

    @Test
    void theAdaptersOfAllThatIsLoadedAreListedAndNullStandsForNone() throws Exception {
        api.load(Requests.json("{'pipeline_ids':['passthrough']}"));
        assertTrue(settled().get("loaded_lora_adapters").isNull());

        api.load(Requests.json("{'pipeline_ids':['passthrough','adapted']}"));
        assertEquals("[{\"path\":\"/loras/ink.safetensors\",\"scale\":0.5,\"merge_mode\":\"runtime_peft\"},"
                + "{\"path\":\"/loras/sea.safetensors\",\"scale\":-1.0,\"merge_mode\":\"permanent_merge\"}]",
                settled().get("loaded_lora_adapters").toString());
    }

    @Test
    void anUnknownIdEndsInAnErrorWithTheReason() throws Exception {
        api.load(Requests.json("{'pipeline_id':'nonsense'}"));

        JsonNode status = settled();

        assertEquals("error", status.get("status").asText());
        assertTrue(status.get("error").asText().contains("nonsense"), status.toString());
    }

    @Test
    void anErrorStaysUntilTheNextLoad() throws Exception {
        api.load(Requests.json("{'pipeline_id':'broken'}"));
        settled();
        assertTrue(status().get("error").asText().contains("weights.bin"), status().toString());

        api.load(Requests.json("{'pipeline_id':'passthrough'}"));
        assertEquals("loaded", settled().get("status").asText());
    }

    @Test
    void everyPipelineIsANodeWithItsSchema() {
        JsonNode nodes = Json.MAPPER.valueToTree(NodeDefinitions.of(bench.registry.all()));

        assertEquals("scheduler", nodes.get(0).get("node_type_id").asText());
        assertEquals(1 + 5, nodes.size());
        JsonNode gray = nodes.get(2);
        assertEquals("gray", gray.get("pipeline_meta").get("id").asText());
        assertEquals("[\"video\",\"prompts\"]", names(gray.get("inputs")));
        assertEquals("pipeline", gray.get("category").asText());
        assertTrue(gray.has("plugin_name") && gray.get("plugin_name").isNull());
    }

    private static String names(JsonNode ports) {
        return Json.MAPPER.valueToTree(ports.findValuesAsText("name")).toString();
    }

    private JsonNode settled() throws InterruptedException {
        bench.loader.awaitIdle(Bench.PATIENCE);
        return status();
    }

    private JsonNode status() {
        return Requests.body(api.status());
    }
}
