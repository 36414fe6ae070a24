package dev.caravan.api.offer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.api.ApiError;
import dev.caravan.api.Json;
import dev.caravan.inference.pipeline.PipelineSchema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearGraphTest {

    private static final String SOURCE = "{'id':'input','type':'source','source_mode':'video'}";
    private static final String LONGLIVE = "{'id':'longlive','type':'pipeline','pipeline_id':'longlive','x':10}";
    private static final String SINK = "{'id':'output','type':'sink'}";

    private static final Map<String, PipelineSchema> SCHEMAS = Map.of(
            "longlive", schema("longlive", "['video','vace_input_frames','vace_input_masks']"), "gray", schema("gray", "['video']"));

    @Test
    void theGraphEveryPageSendsIsALine() {
        LinearGraph graph = parse(nodes(SOURCE, LONGLIVE, SINK), edge("input", "longlive"), edge("longlive", "output"));

        assertEquals(List.of(new LinearGraph.Step("longlive", "longlive")), graph.pipelines());
        assertEquals(Optional.of("input"), graph.source());
        assertEquals("output", graph.sink());
    }

    @Test
    void pipelinesComeInTheOrderFramesRunThroughThem() {
        LinearGraph graph = parse(
                nodes(SINK, "{'id':'b','type':'pipeline','pipeline_id':'longlive'}", SOURCE, "{'id':'a','type':'pipeline','pipeline_id':'gray'}"),
                edge("b", "output"),
                edge("input", "a"),
                "{'from':'a','from_port':'video','to_node':'b','to_port':'vace_input_frames','kind':'stream'}");

        assertEquals(List.of("a", "b"), graph.pipelines().stream().map(LinearGraph.Step::nodeId).toList());
    }

    @Test
    void withoutASourceItGeneratesFreely() {
        assertEquals(Optional.empty(), parse(nodes(LONGLIVE, SINK), edge("longlive", "output")).source());
    }

    @Test
    void parameterEdgesCarryNoFrames() {
        LinearGraph graph = parse(
                nodes(LONGLIVE, SINK), edge("longlive", "output"), "{'from':'output','to_node':'longlive','kind':'parameter'}");

        assertEquals(1, graph.pipelines().size());
    }

    @Test
    void allFaultsOfTheStructureAreNamedAtOnce() {
        assertRefused(
                "Invalid graph: Duplicate node ID: 'p'; Graph must have at least one sink node; Pipeline node 'p' is missing pipeline_id;"
                        + " Node 'n' is missing node_type_id; Edge references non-existent source node: 'ghost'; Edge references"
                        + " non-existent target node: 'nowhere'",
                nodes("{'id':'p','type':'pipeline'}", "{'id':'p','type':'source'}", "{'id':'n','type':'node'}"),
                edge("ghost", "p"),
                edge("p", "nowhere"));
    }

    @Test
    void aPortThatThePipelineDoesNotDeclareIsNamedWithThoseItDoes() {
        assertRefused(
                "Invalid graph ports: Node 'longlive' has no input port 'depth' (declared: ['video', 'vace_input_frames',"
                        + " 'vace_input_masks'])",
                nodes(SOURCE, LONGLIVE, SINK),
                "{'from':'input','to_node':'longlive','to_port':'depth'}",
                edge("longlive", "output"));
    }

    @Test
    void thePortsOfAnUnknownPipelineAreNotJudged() {
        LinearGraph graph = parse(
                nodes(SOURCE, "{'id':'x','type':'pipeline','pipeline_id':'plugin'}", SINK),
                "{'from_node':'input','to_node':'x','to_port':'anything'}",
                edge("x", "output"));

        assertEquals("plugin", graph.pipelines().getFirst().pipelineId());
    }

    @Test
    void twoEdgesIntoOnePortAreRefused() {
        assertRefused(
                "Invalid graph ports: Duplicate stream edges to the same input port: node='output', port='video'. Fan-in to a single port is"
                        + " not supported.",
                nodes(SOURCE, LONGLIVE, SINK),
                edge("input", "longlive"),
                edge("longlive", "output"),
                edge("input", "output"));
    }

    @ParameterizedTest
    @CsvSource({
        "record, node 'rec' has type 'record'",
        "node, node 'rec' has type 'node'",
        "magic, node 'rec' has type 'magic'",
    })
    void aNodeTheHubDoesNotRunIsNamed(String type, String named) {
        String node = "{'id':'rec','type':'" + type + "','node_type_id':'scheduler'}";

        assertRefusedWith(named, nodes(SOURCE, LONGLIVE, SINK, node), edge("input", "longlive"), edge("longlive", "output"));
    }

    @Test
    void aSourceOrSinkThatIsNoBrowserIsNamed() {
        assertRefusedWith(
                "node 'input' has source_mode 'ndi'",
                nodes("{'id':'input','type':'source','source_mode':'ndi'}", LONGLIVE, SINK),
                edge("input", "longlive"),
                edge("longlive", "output"));
        assertRefusedWith(
                "node 'output' has sink_mode 'spout'",
                nodes(LONGLIVE, "{'id':'output','type':'sink','sink_mode':'spout'}"),
                edge("longlive", "output"));
    }

    @Test
    void aNodeBesideTheLineIsNamed() {
        assertRefusedWith(
                "node 'second' is not on the line",
                nodes(SOURCE, LONGLIVE, SINK, "{'id':'second','type':'sink'}"),
                edge("input", "longlive"),
                edge("longlive", "output"),
                edge("longlive", "second"));
    }

    @Test
    void aLoopIsNamed() {
        assertRefusedWith(
                "node 'b' is part of a loop",
                nodes("{'id':'a','type':'pipeline','pipeline_id':'gray'}", "{'id':'b','type':'pipeline','pipeline_id':'gray'}", SINK),
                edge("a", "b"),
                edge("b", "a"),
                "{'from':'b','to_node':'output'}");
    }

    @Test
    void aPipelineWithTwoInputsIsNamed() {
        assertRefusedWith(
                "node 'longlive' has more than one input",
                nodes(SOURCE, "{'id':'g','type':'pipeline','pipeline_id':'gray'}", LONGLIVE, SINK),
                edge("input", "longlive"),
                "{'from':'g','to_node':'longlive','to_port':'vace_input_frames'}",
                edge("longlive", "output"));
    }

    @Test
    void aLineWithoutAPipelineIsRefused() {
        assertRefusedWith("on a line without a pipeline", nodes(SOURCE, SINK), edge("input", "output"));
        assertRefusedWith("node 'output' is on a line without a pipeline", nodes(SINK, LONGLIVE));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'nodes':[1]}                   | 'nodes' must be a list of objects
            {'nodes':[{'id':7}]}            | 'id' must be a text of at most 128 characters
            {'nodes':'many','edges':[]}     | Graph must have at least one sink node
            """)
    void whatIsNoGraphIsRefused(String json, String reason) {
        ApiError refused = assertThrows(ApiError.class, () -> LinearGraph.parse(json(json), id -> Optional.empty()));

        assertEquals(400, refused.status());
        assertEquals("Invalid graph: " + reason, refused.getMessage());
    }

    private static void assertRefused(String message, String nodes, String... edges) {
        ApiError refused = assertThrows(ApiError.class, () -> parse(nodes, edges));
        assertEquals(400, refused.status());
        assertEquals(message, refused.getMessage());
    }

    private static void assertRefusedWith(String part, String nodes, String... edges) {
        ApiError refused = assertThrows(ApiError.class, () -> parse(nodes, edges));
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }

    private static LinearGraph parse(String nodes, String... edges) {
        ObjectNode graph = json("{" + nodes + ",'edges':[" + String.join(",", edges) + "],'ui_state':{}}");
        return LinearGraph.parse(graph, id -> Optional.ofNullable(SCHEMAS.get(id)));
    }

    private static String nodes(String... nodes) {
        return "'nodes':[" + String.join(",", nodes) + "]";
    }

    private static String edge(String from, String to) {
        return "{'from':'" + from + "','from_port':'video','to_node':'" + to + "','to_port':'video','kind':'stream'}";
    }

    private static PipelineSchema schema(String id, String inputs) {
        return new PipelineSchema(json("{'id':'" + id + "','inputs':" + inputs + ",'outputs':['video']}"));
    }

    private static ObjectNode json(String text) {
        return (ObjectNode) Json.read(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
