package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Offers and candidates over HTTP; the media itself is tested with real browsers. */
class WebrtcContractTest extends ContractCase {

    @Test
    void iceServersCanBeUsedUnchanged() throws Exception {
        JsonNode servers = get("/api/v1/webrtc/ice-servers").get("iceServers");

        assertTrue(servers.get(0).get("urls").get(0).asText().startsWith("stun:"), servers.toString());
        assertFalse(servers.get(0).has("username"), "null would become the user name \"null\"");
    }

    @Test
    void anOfferIsAnsweredAndItsSessionLivesUntilItIsDeleted() throws Exception {
        load("passthrough");

        HttpResponse<String> reply = offer("{'input_mode':'video','prompts':[{'text':'x','weight':1.0}],"
                + "'denoising_step_list':[1000,750,500,250],'manage_cache':true,'noise_controller':true,'kv_cache_attention_bias':0.3,"
                + "'vace_use_input_video':false,'vace_context_scale':1.0,'vace_ref_images':['/assets/a.png'],'anything':{'at':'all'}}");

        assertEquals(200, reply.statusCode(), reply.body());
        assertEquals("answer", json(reply).get("type").asText());
        String id = json(reply).get("sessionId").asText();
        String sdp = json(reply).get("sdp").asText();
        assertTrue(sdp.contains("a=candidate:") && sdp.contains("typ host"), "a client has no other way to learn candidates");
        assertTrue(sdp.indexOf("m=video") < sdp.indexOf("m=application"), "the order of the offer");
        assertTrue(sdp.contains("a=sendrecv") && sdp.contains("a=msid:"), sdp);
        assertFalse(sdp.contains("m=audio"), "none was offered"); // 69
        assertEquals("[\"webrtc:" + id + "\"]", get("/api/v1/sessions/" + id).get("viewers").toString());
        assertEquals(id, get("/api/v1/sessions/" + id).at("/peers/0/id").asText());
        assertEquals(204, hub.send("DELETE", "/api/v1/webrtc/offer/" + id, BodyPublishers.noBody()).statusCode());
        await("/api/v1/sessions", "/sessions/0", "");
    }

    @Test
    void anOfferOfAPageWithItsGraphRunsThePipelineUnderItsNodeId() throws Exception {
        post("/api/v1/pipeline/load", "{'pipelines':[{'node_id':'n1','pipeline_id':'passthrough','load_params':{}}]}");
        await("/api/v1/pipeline/status", "/pipeline_id", "n1");
        await("/api/v1/pipeline/status", "/status", "loaded");

        HttpResponse<String> reply = offer("{'pipeline_ids':['passthrough'],'graph':{'nodes':[" // 108
                + "{'id':'input','type':'source','source_mode':'video'},{'id':'n1','type':'pipeline','pipeline_id':'passthrough'},"
                + "{'id':'output','type':'sink'}],'edges':[{'from':'input','from_port':'video','to_node':'n1','to_port':'video'},"
                + "{'from':'n1','from_port':'video','to_node':'output','to_port':'video'}]}}");

        assertEquals(200, reply.statusCode(), reply.body());
        String id = json(reply).get("sessionId").asText();
        assertEquals("[\"n1\"]", get("/api/v1/sessions/" + id).get("pipelines").toString());
    }

    @Test
    void anOfferThatCannotBeServedSaysWhy() throws Exception {
        load("passthrough");

        assertEquals(422, offer("{'noise_scale':1.5}").statusCode()); // 77
        assertEquals(422, offer("{'input_mode':'camera'}").statusCode()); // 78
        assertEquals(
                "[\"body\",\"initialParameters\",\"noise_scale\"]", json(offer("{'noise_scale':1.5}")).at("/detail/0/loc").toString());
        HttpResponse<String> record = offer("{'graph':{'nodes':[{'id':'p','type':'pipeline','pipeline_id':'passthrough'}," // 110
                + "{'id':'rec','type':'record'},{'id':'o','type':'sink'}],'edges':[{'from':'p','to_node':'o'}]}}");
        assertEquals(400, record.statusCode());
        assertTrue(record.body().contains("rec"), record.body());
        assertDetail(404, "Session ghost not found", offer("{'watch':'ghost'}"));
        assertEquals(422, post("/api/v1/webrtc/offer", "{'type':'offer'}").statusCode());
        assertEquals(0, get("/api/v1/sessions").get("sessions").size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not an sdp", "v=0\\r\\no=- 1 1 IN IP4 127.0.0.1\\r\\ns=-\\r\\nt=0 0\\r\\nm=video 9 UDP/TLS/RTP/SAVPF 96\\r\\n"})
    void aMalformedSdpIsRefusedInOneLineAndLeavesNoSession(String sdp) throws Exception {
        load("passthrough");

        HttpResponse<String> reply = post("/api/v1/webrtc/offer", "{'sdp':'" + sdp + "','type':'offer'}");

        assertEquals(400, reply.statusCode(), reply.body());
        String detail = json(reply).get("detail").asText();
        assertFalse(detail.isEmpty() || detail.contains("\n"), detail);
        await("/api/v1/sessions", "/sessions/0", "");
    }

    @Test
    void aWatcherNeedsNoLoadedPipelineButASession() throws Exception {
        load("passthrough");
        post("/api/v1/sessions", "{'id':'show'}");

        HttpResponse<String> reply = offer("{'watch':'show'}");

        assertEquals(200, reply.statusCode(), reply.body());
        String peer = json(reply).get("sessionId").asText();
        assertEquals("[\"webrtc:" + peer + "\"]", get("/api/v1/sessions/show").get("viewers").toString());
        hub.send("DELETE", "/api/v1/webrtc/offer/" + peer, BodyPublishers.noBody());
        await("/api/v1/sessions/show", "/viewers/0", "");
    }

    @Test
    void candidatesAreTakenOneByOneAndTogether() throws Exception {
        load("passthrough");
        String path = "/api/v1/webrtc/offer/" + json(offer("{}")).get("sessionId").asText();
        String one = "{'candidate':'candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host','sdpMid':'0','sdpMLineIndex':0}";
        String bare = "{'candidate':'2 1 udp 2122260222 192.0.2.2 50001 typ host','sdpMid':null,'sdpMLineIndex':null}";
        String mdns = "{'candidate':'candidate:3 1 udp 1 0f1d-a.local 50002 typ host','sdpMid':'0','sdpMLineIndex':0}";
        String last = "{'candidate':'','sdpMid':'0','sdpMLineIndex':0}";

        for (String candidates : List.of(one, bare, mdns, last, String.join(",", one, bare, last))) {
            HttpResponse<String> reply = patch(path, "{'candidates':[" + candidates + "]}");
            assertEquals(204, reply.statusCode(), candidates + reply.body());
            assertEquals("", reply.body());
        }
        assertEquals(404, patch(path, "{'candidates':[{'candidate':'nonsense'}]}").statusCode());
        assertEquals(422, patch(path, "{'candidates':{}}").statusCode());
        assertDetail(404, "Session ghost not found", patch("/api/v1/webrtc/offer/ghost", "{'candidates':[" + one + "]}")); // 62
    }

    @Test
    void deletingAnUnknownOfferIsFine() throws Exception {
        assertEquals(204, hub.send("DELETE", "/api/v1/webrtc/offer/ghost", BodyPublishers.noBody()).statusCode()); // 80
    }
}
