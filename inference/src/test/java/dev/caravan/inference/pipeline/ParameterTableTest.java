package dev.caravan.inference.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.inference.pipeline.ParameterTable.Checked;
import dev.caravan.inference.pipeline.ParameterTable.Leniency;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterTableTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What comes back for a good value, in its one form. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'input_mode':'video'}                            | {'input_mode':'video'}",
        "{'prompts':[{'text':'a','weight':100}]}           | {'prompts':[{'text':'a','weight':100.0}]}",
        "{'prompts':[{'text':'a','more':1}]}               | {'prompts':[{'text':'a','weight':1.0}]}",
        "{'prompts':[]}                                    | {'prompts':[]}",
        "{'prompt_interpolation_method':'slerp'}           | {'prompt_interpolation_method':'slerp'}",
        "{'transition':{'target_prompts':[{'text':'n'}]}}  | {'transition':{'target_prompts':[{'text':'n','weight':1.0}],'num_steps':4,'temporal_interpolation_method':'linear'}}",
        "{'transition':{'target_prompts':[],'num_steps':0,'temporal_interpolation_method':'slerp'}} | {'transition':{'target_prompts':[],'num_steps':0,'temporal_interpolation_method':'slerp'}}",
        "{'denoising_step_list':[1000,750.0,'500']}        | {'denoising_step_list':[1000,750,500]}",
        "{'noise_scale':0}                                 | {'noise_scale':0.0}",
        "{'noise_scale':1}                                 | {'noise_scale':1.0}",
        "{'noise_scale':'0.5'}                             | {'noise_scale':0.5}",
        "{'noise_controller':true,'manage_cache':0,'reset_cache':'yes'} | {'noise_controller':true,'manage_cache':false,'reset_cache':true}",
        "{'kv_cache_attention_bias':0.01}                  | {'kv_cache_attention_bias':0.01}",
        "{'lora_scales':[{'path':'/x','scale':-10}]}       | {'lora_scales':[{'path':'/x','scale':-10.0}]}",
        "{'vace_context_scale':2,'vace_ref_images':['/a.png'],'vace_enabled':false,'vace_use_input_video':true} | {'vace_context_scale':2.0,'vace_ref_images':['/a.png'],'vace_enabled':false,'vace_use_input_video':true}",
        "{'first_frame_image':'a','last_frame_image':'b','images':['c']} | {'first_frame_image':'a','last_frame_image':'b','images':['c']}",
        "{'ctrl_input':{'button':['KeyW'],'mouse':[1,-2]}} | {'ctrl_input':{'button':['KeyW'],'mouse':[1.0,-2.0]}}",
        "{'output_sinks':{'spout':{'enabled':true},'ndi':{}}} | {'output_sinks':{'spout':{'enabled':true,'name':''},'ndi':{'enabled':false,'name':''}}}",
        "{'spout_sender':'anything','spout_receiver':{'enabled':1}} | {'spout_sender':'anything','spout_receiver':{'enabled':1}}",
        "{'pipeline_ids':['longlive'],'recording':false,'graph':{'nodes':[]},'paused':true,'node_id':'n'} | {'pipeline_ids':['longlive'],'recording':false,'graph':{'nodes':[]},'paused':true,'node_id':'n'}",
        "{'join':'a-1','watch':'b.2_C','outputs':['kafka'],'active_source':'webrtc:p1'} | {'join':'a-1','watch':'b.2_C','outputs':['kafka'],'active_source':'webrtc:p1'}",
        "{'quantize_mode':'none','lookahead_ms':0,'some_field':[1,{'deep':null}]} | {'quantize_mode':'none','lookahead_ms':0,'some_field':[1,{'deep':null}]}",
        "{'noise_scale':null,'unknown':null,'paused':true} | {'paused':true}",
    })
    void aGoodUpdateComesBackInOneForm(String given, String kept) {
        Checked checked = ParameterTable.check(json(given));
        assertEquals(List.of(), checked.errors());
        assertEquals(json(kept), checked.accepted());
        assertEquals(checked, ParameterTable.check(checked.accepted()), "what was accepted is accepted again, unchanged");
    }

    /** Type, place and message of an error, as clients of the contract read them. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'noise_scale':1.5}            | less_than_equal    | noise_scale | Input should be less than or equal to 1",
        "{'noise_scale':-0.1}           | greater_than_equal | noise_scale | Input should be greater than or equal to 0",
        "{'noise_scale':'high'}         | float_parsing      | noise_scale | Input should be a valid number, unable to parse string as a number",
        "{'noise_scale':[1]}            | float_type         | noise_scale | Input should be a valid number",
        "{'noise_scale':1e999}          | finite_number      | noise_scale | Input should be a finite number",
        "{'noise_scale':'1e999999999'}  | finite_number      | noise_scale | Input should be a finite number",
        "{'kv_cache_attention_bias':0}  | greater_than_equal | kv_cache_attention_bias | Input should be greater than or equal to 0.01",
        "{'vace_context_scale':2.01}    | less_than_equal    | vace_context_scale | Input should be less than or equal to 2",
        "{'input_mode':'camera'}        | literal_error      | input_mode  | Input should be 'text' or 'video'",
        "{'input_mode':3}               | literal_error      | input_mode  | Input should be 'text' or 'video'",
        "{'prompt_interpolation_method':'x'} | literal_error | prompt_interpolation_method | Input should be 'linear' or 'slerp'",
        "{'prompts':'a cat'}            | list_type          | prompts     | Input should be a valid list",
        "{'prompts':['a cat']}          | model_attributes_type | prompts/0 | Input should be a valid dictionary or object to extract fields from",
        "{'prompts':[{'text':'a'},{'weight':1}]} | missing   | prompts/1/text | Field required",
        "{'prompts':[{'text':7}]}       | string_type        | prompts/0/text | Input should be a valid string",
        "{'prompts':[{'text':'a','weight':-1}]} | greater_than_equal | prompts/0/weight | Input should be greater than or equal to 0",
        "{'prompts':[{'text':'a','weight':null}]} | float_type | prompts/0/weight | Input should be a valid number",
        "{'transition':{}}              | missing            | transition/target_prompts | Field required",
        "{'transition':{'target_prompts':[],'num_steps':-1}} | greater_than_equal | transition/num_steps | Input should be greater than or equal to 0",
        "{'transition':{'target_prompts':[],'num_steps':1.5}} | int_from_float | transition/num_steps | Input should be a valid integer, got a number with a fractional part",
        "{'transition':{'target_prompts':[],'temporal_interpolation_method':'cubic'}} | literal_error | transition/temporal_interpolation_method | Input should be 'linear' or 'slerp'",
        "{'denoising_step_list':[1000,'x']} | int_parsing     | denoising_step_list/1 | Input should be a valid integer, unable to parse string as an integer",
        "{'denoising_step_list':[{}]}   | int_type           | denoising_step_list/0 | Input should be a valid integer",
        "{'denoising_step_list':[1e300]} | less_than_equal   | denoising_step_list/0 | Input should be less than or equal to 2147483647",
        "{'denoising_step_list':700}    | list_type          | denoising_step_list | Input should be a valid list",
        "{'manage_cache':'perhaps'}     | bool_parsing       | manage_cache | Input should be a valid boolean, unable to interpret input",
        "{'reset_cache':2}              | bool_parsing       | reset_cache | Input should be a valid boolean, unable to interpret input",
        "{'paused':{}}                  | bool_type          | paused      | Input should be a valid boolean",
        "{'lora_scales':[{'path':'/x','scale':11}]} | less_than_equal | lora_scales/0/scale | Input should be less than or equal to 10",
        "{'lora_scales':[{'scale':1}]}  | missing            | lora_scales/0/path | Field required",
        "{'vace_ref_images':'a.png'}    | list_type          | vace_ref_images | Input should be a valid list",
        "{'first_frame_image':['a']}    | string_type        | first_frame_image | Input should be a valid string",
        "{'ctrl_input':{'mouse':[1]}}   | too_short          | ctrl_input/mouse | List should have at least 2 items after validation, not 1",
        "{'output_sinks':[]}            | dict_type          | output_sinks | Input should be a valid dictionary",
        "{'output_sinks':{'spout':true}} | model_attributes_type | output_sinks/spout | Input should be a valid dictionary or object to extract fields from",
        "{'output_sinks':{'spout':{'enabled':'maybe'}}} | bool_parsing | output_sinks/spout/enabled | Input should be a valid boolean, unable to interpret input",
        "{'pipeline_ids':'longlive'}    | list_type          | pipeline_ids | Input should be a valid list",
        "{'graph':[]}                   | dict_type          | graph       | Input should be a valid dictionary",
        "{'join':'../x'}                | string_pattern_mismatch | join   | String should match pattern '^[A-Za-z0-9._-]{1,64}$'",
        "{'watch':''}                   | string_pattern_mismatch | watch  | String should match pattern '^[A-Za-z0-9._-]{1,64}$'",
        "{'outputs':['smtp']}           | literal_error      | outputs/0   | Input should be 'kafka'",
        "{'active_source':1}            | string_type        | active_source | Input should be a valid string",
        "{'something':{'deep':[1e999]}} | finite_number      | something   | Input should be a finite number",
    })
    void aBadValueIsNamedInTheContractsWords(String given, String type, String path, String msg) {
        for (Leniency leniency : List.of(Leniency.STRICT, Leniency.LENIENT)) {
            boolean softer = leniency == Leniency.LENIENT && path.matches("prompts(/0)?");
            Checked checked = ParameterTable.check(json(given), leniency);
            if (softer) {
                assertEquals(List.of(), checked.errors());
                continue;
            }
            assertEquals(Map.of(), checked.accepted());
            assertEquals(1, checked.errors().size(), checked::toString);
            ParameterTable.Error error = checked.errors().getFirst();
            assertEquals(type, error.type());
            assertEquals(path, error.path().stream().map(String::valueOf).collect(Collectors.joining("/")));
            assertEquals(msg, error.msg());
            assertEquals(path.replaceFirst("/.*", ""), error.key());
        }
    }

    @Test
    void placesInListsAreIntegersAndTheGivenValueIsEchoed() {
        Checked checked = ParameterTable.check(json("{'prompts':[{'text':'a','weight':-2}]}"));
        assertEquals(List.of("prompts", 0, "weight"), checked.errors().getFirst().path());
        assertEquals(-2, checked.errors().getFirst().input());
    }

    @Test
    void oneBadKeyDoesNotSpoilTheOthers() {
        Checked checked = ParameterTable.check(json("{'noise_scale':0.4,'input_mode':'camera','manage_cache':true}"), Leniency.LENIENT);
        assertEquals(json("{'noise_scale':0.4,'manage_cache':true}"), checked.accepted());
        assertEquals(List.of("input_mode"), checked.errors().stream().map(ParameterTable.Error::key).toList());
    }

    @Test
    void everyBadPartOfAValueIsNamed() {
        Checked checked = ParameterTable.check(json("{'prompts':[{'text':1,'weight':-1},{'text':'ok'},'x']}"));
        assertEquals(
                List.of(List.of("prompts", 0, "text"), List.of("prompts", 0, "weight"), List.of("prompts", 2)),
                checked.errors().stream().map(ParameterTable.Error::path).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"'a cat'", "['a cat']", "[{'text':'a cat'}]"})
    void aLenientDoorTakesPlainTextForPrompts(String prompts) {
        Checked checked = ParameterTable.check(json("{'prompts':" + prompts + "}"), Leniency.LENIENT);
        assertEquals(json("{'prompts':[{'text':'a cat','weight':1.0}]}"), checked.accepted());
    }

    @Test
    void aLenientTransitionWithoutStepsHappensAtOnce() {
        Checked checked = ParameterTable.check(json("{'transition':{'target_prompts':['n']}}"), Leniency.LENIENT);
        assertEquals(
                json("{'transition':{'target_prompts':[{'text':'n','weight':1.0}],'num_steps':0,'temporal_interpolation_method':'linear'}}"),
                checked.accepted());
    }

    @Test
    void hostileSizesAreRefused() {
        refused("too_long", "prompts", Collections.nCopies(65, Map.of("text", "x")));
        refused("string_too_long", "prompts", List.of(Map.of("text", "x".repeat(10_001))));
        refused("value_error", "anything", "x".repeat(64 * 1024));
        refused("value_error", "anything", Collections.nCopies(40_000, 1));
        refused("value_error", "anything", Map.of("é".repeat(33_000), 1));
        refused("recursion_loop", "anything", nested(33));
        refused("finite_number", "anything", List.of(Double.NaN));
        refused("finite_number", "noise_scale", Double.NEGATIVE_INFINITY);
        refused("json_type", "anything", new Object());
        refused("string_type", "anything", Map.of(1, 2));
        refused("string_too_long", "k".repeat(257), 1);
        refused("float_parsing", "noise_scale", "1".repeat(100_000));
        assertEquals(List.of(), ParameterTable.check(Map.of("anything", "x".repeat(64 * 1024 - 2))).errors());
        assertEquals(List.of(), ParameterTable.check(Map.of("anything", nested(32))).errors());
    }

    @Test
    void anUpdateWithTooManyKeysKeepsTheFirstOnes() {
        Map<String, Object> many = IntStream.range(0, 10_000).boxed()
                .collect(Collectors.toMap(i -> "k" + i, i -> i, (a, b) -> a, LinkedHashMap::new));
        Checked checked = ParameterTable.check(many);
        assertEquals(ParameterTable.MAX_KEYS, checked.accepted().size());
        assertEquals(1, checked.errors().size());
        assertEquals("k200", checked.errors().getFirst().key());
    }

    @Test
    void theEchoOfARefusedValueIsSmallAndPlain() throws JsonProcessingException {
        Map<String, Object> hostile = Map.of(
                "noise_scale", Double.NaN,
                "prompts", Collections.nCopies(100_000, "x"),
                "input_mode", "x".repeat(1_000_000),
                "paused", new HashMap<>(Map.of("a", Collections.nCopies(100_000, "y"))),
                "other", new Object());
        Checked checked = ParameterTable.check(hostile);
        assertEquals(5, checked.errors().size());
        String answer = JSON.writeValueAsString(checked.errors());
        assertTrue(answer.length() < 2_000, answer);
        assertFalse(answer.contains(":NaN"), answer);
    }

    @Test
    void resultsCannotBeChangedAndDoNotFollowTheirInput() {
        Map<String, Object> inner = new HashMap<>(Map.of("a", 1));
        Checked checked = ParameterTable.check(Map.of("free", inner, "prompts", List.of(Map.of("text", "t"))));
        inner.put("a", 2);
        assertEquals(Map.of("a", 1), checked.accepted().get("free"));
        assertThrows(UnsupportedOperationException.class, () -> checked.accepted().put("x", 1));
        assertThrows(UnsupportedOperationException.class, () -> ((Map<?, ?>) checked.accepted().get("free")).clear());
        assertThrows(UnsupportedOperationException.class, () -> ((List<?>) checked.accepted().get("prompts")).clear());
    }

    @Test
    void keysTellWhoTheyAreFor() {
        assertEquals(
                List.of("reset_cache", "lora_scales", "vace_ref_images", "ctrl_input"),
                of("reset_cache", "noise_scale", "lora_scales", "vace_ref_images", "ctrl_input").filter(ParameterTable::isOneShot).toList());
        assertEquals(
                List.of("pipeline_ids", "graph", "recording", "join", "watch"),
                of("pipeline_ids", "graph", "recording", "join", "watch", "outputs").filter(ParameterTable::isOfferOnly).toList());
        assertEquals(
                List.of("node_id", "quantize_mode", "output_sinks", "spout_sender"),
                of("node_id", "quantize_mode", "output_sinks", "spout_sender", "prompts", "invented").filter(ParameterTable::isHubKey).toList());
        assertEquals(
                Map.of("prompts", List.of(), "invented", 1),
                ParameterTable.forPipeline(Map.of("prompts", List.of(), "invented", 1, "paused", true, "lookahead_ms", 0)));
    }

    private static Stream<String> of(String... keys) {
        return Stream.of(keys);
    }

    private static void refused(String type, String key, Object value) {
        Checked checked = ParameterTable.check(Map.of(key, value));
        assertEquals(Map.of(), checked.accepted());
        assertEquals(List.of(type), checked.errors().stream().map(ParameterTable.Error::type).toList());
    }

    private static Object nested(int levels) {
        Object value = 1;
        for (int i = 0; i < levels; i++) {
            value = List.of(value);
        }
        return value;
    }

    private static Map<String, Object> json(String singleQuoted) {
        try {
            return JSON.readValue(singleQuoted.replace('\'', '"'), new TypeReference<Map<String, Object>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
