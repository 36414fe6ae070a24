package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a workflow needs, over HTTP (contract §1.10). */
class WorkflowContractTest extends ContractCase {

    @Test
    void aWholeFileIsResolved() throws Exception {
        Path styles = Files.createDirectories(data.resolve("models/lora/styles"));
        Files.writeString(styles.resolve("here.safetensors"), "abc");

        JsonNode answer = resolve("""
                {'format':'scope-workflow','format_version':'1.0','metadata':{'name':'x','scope_version':'9.9.9'},'min_scope_version':'0.2.0',
                 'pipelines':[{'pipeline_id':'longlive','pipeline_version':'1','source':{'type':'builtin'},'params':{'width':64},'role':'main',
                  'loras':[{'id':'a','filename':'here.safetensors','weight':0.5},{'filename':'styles/here.safetensors'},
                           {'filename':'away.safetensors','provenance':{'source':'huggingface','repo_id':'o/n','hf_filename':'away.safetensors'}}]}],
                 'nodes':[{'node_type_id':'scheduler'}],'timeline':{'entries':[]},'prompts':[],'graph':{}}"""); // 135

        assertTrue(answer.get("can_apply").asBoolean(), answer::toString);
        assertEquals("[]", answer.get("warnings").toString());
        assertItem(answer, 0, "pipeline longlive ok null null false");
        assertItem(answer, 1, "node scheduler ok null null false");
        assertItem(answer, 2, "lora here.safetensors ok null null false");
        assertItem(answer, 3, "lora styles/here.safetensors ok null null false");
        assertItem(answer, 4, "lora away.safetensors missing LoRA 'away.safetensors' not found locally Download from HuggingFace: o/n true");
        assertEquals(5, answer.get("items").size());
        assertFalse(Files.exists(data.resolve("models/lora/lora_manifest.json")), "nothing is changed");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'pipeline_id':'dream'} | pipeline dream missing Built-in pipeline 'dream' not found null false",
        "{'pipeline_id':'p','source':{'type':'pypi','plugin_name':'n','package_spec':'n>=2'}} | plugin n missing Plugin 'n' is not installed Install n>=2 from PyPI false",
        "{'pipeline_id':'p','source':{'type':'git','plugin_name':'n','package_spec':'git+https://x'}} | plugin n missing Plugin 'n' is not installed Install from git: git+https://x false",
        "{'pipeline_id':'p','source':{'type':'local'}} | plugin p missing Plugin 'p' is not installed null false",
        "{'pipeline_id':'passthrough','source':{'type':'pypi','plugin_name':'n'}} | pipeline passthrough ok null null false",
    })
    void whatIsNotHereIsNamedWithWhatToDo(String pipeline, String item) throws Exception {
        JsonNode answer = resolve("{'pipelines':[" + pipeline + "]}");

        assertItem(answer, 0, item);
        assertEquals(item.contains(" ok "), answer.get("can_apply").asBoolean());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'filename':'a.safetensors'} | LoRA 'a.safetensors' not found locally null false",
        "{'filename':'a.safetensors','provenance':{'source':'civitai','model_id':'5','version_id':'6'}} | LoRA 'a.safetensors' not found locally Download from CivitAI (model 5) true",
        "{'filename':'a.safetensors','provenance':{'source':'url','url':'https://x/a'}} | LoRA 'a.safetensors' not found locally Download from https://x/a true",
        "{'filename':'a.safetensors','provenance':{'source':'local'}} | LoRA 'a.safetensors' not found locally null false",
        "{'filename':'../a.safetensors'} | Invalid LoRA filename null false", "{'filename':'/etc/passwd'} | Invalid LoRA filename null false",
        "{'filename':''} | Invalid LoRA filename null false",
    })
    void aMissingAdapterIsInNobodysWay(String lora, String rest) throws Exception {
        JsonNode answer = resolve("{'nodes':[{'node_type_id':'passthrough','loras':[" + lora + "," + lora + "]}]}");

        assertTrue(answer.get("can_apply").asBoolean());
        assertEquals(2, answer.get("items").size());
        JsonNode item = answer.at("/items/1");
        assertEquals("missing", item.get("status").asText());
        assertEquals(rest, item.get("detail").asText() + " " + item.get("action").asText() + " " + item.get("can_auto_resolve"));
    }

    @ParameterizedTest
    @CsvSource({"9.0, true", "v0.2.5, true", "0.2.4, false", "0.2.4.1, true", "0.1.99, false", "nonsense, false"})
    void aNewerContractIsWarnedOf(String version, boolean warned) throws Exception {
        JsonNode answer = resolve("{'min_scope_version':'" + version + "'}");

        assertTrue(answer.get("can_apply").asBoolean());
        assertEquals(warned ? "This workflow requires Scope >= " + version + " (installed: 0.2.4)" : "", answer.at("/warnings/0").asText());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "[]", "{'nodes':5}", "{'nodes':[5]}", "{'nodes':[{}]}", "{'nodes':[{'node_type_id':''}]}", "{'pipelines':[{'pipeline_id':7}]}",
        "{'nodes':[{'node_type_id':'x','source':{'type':'heaven'}}]}", "{'nodes':[{'node_type_id':'x','loras':[{}]}]}",
    })
    void aBodyOfAnotherShapeIsTheClientsFault(String body) throws Exception {
        assertEquals(422, post("/api/v1/workflow/resolve", body).statusCode());
    }

    @Test
    void aWorkflowIsBounded() throws Exception {
        String nodes = "{'node_type_id':'x'},".repeat(150);
        String loras = "{'filename':'x.safetensors'},".repeat(100);
        assertEquals(200, post("/api/v1/workflow/resolve", "{'nodes':[" + nodes.substring(0, nodes.length() - 1) + "]}").statusCode());
        assertEquals(422, post("/api/v1/workflow/resolve", "{'nodes':[" + nodes + "{'node_type_id':'x'}]}").statusCode());
        assertEquals(422, post("/api/v1/workflow/resolve",
                "{'nodes':[{'node_type_id':'x','loras':[" + loras + "{'filename':'x.safetensors'}]}]}").statusCode());
        assertEquals(422, post("/api/v1/workflow/resolve",
                "{'nodes':[{'node_type_id':'x','loras':[{'filename':'" + "x".repeat(256) + "'}]}]}").statusCode());
    }

    private static JsonNode resolve(String workflow) throws Exception {
        HttpResponse<String> reply = hub.post("/api/v1/workflow/resolve", quoted(workflow), "Content-Type", "application/json");
        assertEquals(200, reply.statusCode(), reply.body());
        return json(reply);
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }

    private static void assertItem(JsonNode answer, int index, String expected) {
        JsonNode item = answer.at("/items/" + index);
        assertEquals(expected, item.path("kind").asText() + " " + item.path("name").asText() + " " + item.path("status").asText() + " "
                + item.path("detail").asText() + " " + item.path("action").asText() + " " + item.path("can_auto_resolve").asText());
    }
}
