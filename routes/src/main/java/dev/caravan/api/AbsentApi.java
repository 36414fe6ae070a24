package dev.caravan.api;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What clients of Scope ask for at start and this hub does not have: desktop links, lighting desks, plugins, a cloud. Each gets the
 * contract's answer for "not here" (§1.12), so that a client's page stays quiet.
 */
public final class AbsentApi extends ApiRoutes {

    private static final List<Answer> ANSWERS = List.of(
            new Answer("/api/v1/cloud/status", "getCloudStatus", """
                    {"connected":false,"connecting":false,"error":null,"connect_stage":null,"webrtc_connected":false,"app_id":null,
                     "connection_id":null,"credentials_configured":false,"stats":null,"last_close_code":null,"last_close_reason":null}"""),
            new Answer("/api/v1/plugins", "getPlugins", """
                    {"plugins":[],"total":0,"failed_plugins":[]}"""),
            new Answer("/api/v1/osc/status", "getOscStatus", """
                    {"enabled":false,"listening":false,"port":null,"host":null,"log_all_messages":false}"""),
            new Answer("/api/v1/osc/paths", "getOscPaths", """
                    {"active":{},"available":{},"active_pipeline_ids":[]}"""),
            new Answer("/api/v1/dmx/status", "getDmxStatus", """
                    {"enabled":false,"listening":false,"port":null,"preferred_port":6454,"host":null,"log_all_messages":false,
                     "mapping_count":0}"""),
            new Answer("/api/v1/dmx/config", "getDmxConfig", """
                    {"enabled":false,"preferred_port":6454,"log_all_messages":false,"mappings":[]}"""),
            new Answer("/api/v1/tempo/status", "getTempoStatus", """
                    {"enabled":false,"source":null,"beats_per_bar":4,"beat_state":null}"""),
            new Answer("/api/v1/tempo/sources", "getTempoSources", """
                    {"sources":{"link":{"available":false,"name":"Ableton Link","install_hint":null},
                     "midi_clock":{"available":false,"name":"MIDI Clock","install_hint":null}}}"""),
            new Answer("/api/v1/input-sources", "getInputSources", """
                    {"input_sources":[
                     {"source_id":"ndi","source_name":"NDI","source_description":"NDI on the network","available":false},
                     {"source_id":"spout","source_name":"Spout","source_description":"Spout on Windows","available":false},
                     {"source_id":"syphon","source_name":"Syphon","source_description":"Syphon on macOS","available":false}]}"""));

    public AbsentApi() {
        super("absent", "What clients of Scope ask for and this hub does not have");
    }

    @Override
    protected void operations() {
        for (Answer answer : ANSWERS) {
            Reply reply = Reply.json(Json.read(answer.json().getBytes(StandardCharsets.UTF_8)));
            get(answer.path(), answer.operationId(), "Not here", request -> reply);
        }
    }

    private record Answer(String path, String operationId, String json) {}
}
