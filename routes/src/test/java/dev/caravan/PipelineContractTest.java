package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loading, schemas and models over HTTP. */
class PipelineContractTest extends ContractCase {

    @ParameterizedTest
    @ValueSource(strings = {
        "{'pipeline_id':'passthrough','load_params':{'height':320,'seed':7,'unknown':[1]}}",
        "{'pipeline_ids':['passthrough'],'load_params':{'height':320,'seed':7,'unknown':[1]},'user_id':null}",
        "{'pipelines':[{'node_id':'passthrough','pipeline_id':'passthrough','load_params':{'height':320,'seed':7,'unknown':[1]}}]}",
    })
    void everyFormOfALoadEndsLoaded(String body) throws Exception {
        HttpResponse<String> reply = post("/api/v1/pipeline/load", body);

        assertEquals(200, reply.statusCode());
        assertEquals("{\"message\":\"Pipeline loading initiated successfully\"}", reply.body());
        JsonNode status = await("/api/v1/pipeline/status", "/status", "loaded");
        assertEquals("passthrough", status.get("pipeline_id").asText());
        assertEquals("{\"height\":320,\"seed\":7,\"unknown\":[1]}", status.get("load_params").toString());
        for (String key : List.of("loaded_lora_adapters", "error", "loading_stage", "produces_video", "produces_audio")) {
            assertTrue(status.has(key), key);
        }
    }

    @Test
    void aLoadThatNamesNothingIs400AndOneOfWrongTypesIs422() throws Exception {
        HttpResponse<String> empty = post("/api/v1/pipeline/load", "{}"); // 19
        HttpResponse<String> wrong = post("/api/v1/pipeline/load", "{'pipeline_ids':3}"); // 9
        HttpResponse<String> broken = post("/api/v1/pipeline/load", "{'pipeline_ids':");

        assertDetail(400, "Either 'pipelines' or 'pipeline_ids' must be provided", empty);
        assertEquals(422, wrong.statusCode());
        assertEquals("[\"body\",\"pipeline_ids\"]", json(wrong).at("/detail/0/loc").toString());
        assertEquals(422, broken.statusCode());
        assertEquals("json_invalid", json(broken).at("/detail/0/type").asText());
    }

    @Test
    void anUnknownPipelineEndsInAnErrorAndTheNextLoadSucceeds() throws Exception {
        assertEquals(200, post("/api/v1/pipeline/load", "{'pipeline_id':'nonsense'}").statusCode());
        assertFalse(await("/api/v1/pipeline/status", "/status", "error").get("error").asText().isEmpty()); // 31, 32

        load("passthrough"); // 33
    }

    @Test
    void aPipelineWithoutItsFilesSaysWhichAreMissing() throws Exception {
        post("/api/v1/pipeline/load", "{'pipeline_id':'longlive','load_params':{'height':320,'width':576,'vace_enabled':false}}");

        String error = await("/api/v1/pipeline/status", "/status", "error").get("error").asText();

        assertTrue(error.contains("longlive"), error);
    }

    @Test
    void severalPipelinesAreResidentAtOnceAndOneMayBeTwice() throws Exception {
        load("gray", "passthrough"); // 36
        post("/api/v1/pipeline/load", // 37
                "{'pipelines':[{'node_id':'a','pipeline_id':'passthrough'},{'node_id':'b','pipeline_id':'passthrough'}]}");
        await("/api/v1/pipeline/status", "/pipeline_id", "a");
        JsonNode status = await("/api/v1/pipeline/status", "/status", "loaded");

        assertEquals(List.of("a", "b"), status.get("pipelines").findValuesAsText("node_id"));
        assertEquals(List.of("passthrough", "passthrough"), status.get("pipelines").findValuesAsText("pipeline_id"));

        assertEquals(201, post("/api/v1/sessions", "{'pipeline_ids':['b']}").statusCode());
    }

    @Test
    void theLaterOfTwoLoadsWins() throws Exception {
        post("/api/v1/pipeline/load", "{'pipeline_id':'test-card'}"); // 38
        post("/api/v1/pipeline/load", "{'pipeline_id':'passthrough'}");

        JsonNode status = await("/api/v1/pipeline/status", "/status", "loaded");

        assertEquals("passthrough", status.get("pipeline_id").asText());
    }

    @Test
    void everyPipelineHasASchemaAndIsANode() throws Exception {
        JsonNode schemas = get("/api/v1/pipelines/schemas").get("pipelines"); // 39, 40, 43
        JsonNode nodes = get("/api/v1/nodes/definitions").get("nodes"); // 44

        assertTrue(schemas.size() >= 12, schemas.size() + " pipelines");
        schemas.forEach(schema -> {
            assertTrue(schema.at("/config_schema/properties/height/default").isNumber(), schema.get("id").asText());
            assertTrue(schema.get("supported_modes").toString().contains(schema.get("default_mode").asText()));
        });
        assertEquals(schemas.size() + 1, nodes.size());
        assertEquals("longlive", nodes.findValues("pipeline_meta").stream()
                .filter(meta -> meta.path("id").asText().equals("longlive")).findFirst().orElseThrow().get("id").asText());
    }

    @Test
    void modelStatusKnowsWhatIsMissing() throws Exception {
        assertEquals(
                "{\"downloaded\":true,\"progress\":null}", hub.fetch("/api/v1/models/status?pipeline_id=passthrough").body());
        assertFalse(get("/api/v1/models/status?pipeline_id=longlive").get("downloaded").asBoolean());
        assertEquals(422, hub.fetch("/api/v1/models/status").statusCode());
    }
}
