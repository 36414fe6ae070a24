package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.Json;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code longlive} as it runs in the hub, on small random weights: load parameters, and what parameters do to the pictures. */
@Timeout(120)
class LongLiveTest {

    /** Small and with the quickest autoencoder: what is looked at here does not depend on either. */
    private static final String QUICK = "'height':64,'width':64,'vace_enabled':false,'vae_type':'lighttae'";

    private static TestHub hub;
    private static HubClient client;
    private static SessionRecorder recorder;

    private final List<String> open = new ArrayList<>();

    @BeforeAll
    static void start() {
        hub = TinySet.hub();
        client = new HubClient(hub.running().baseUri());
        recorder = new SessionRecorder(hub);
    }

    @AfterAll
    static void stop() {
        recorder.close();
        client.close();
        hub.close();
    }

    @AfterEach
    void closeSessions() throws Exception {
        for (String id : open) {
            client.send("DELETE", "/api/v1/sessions/" + id, "");
        }
        client.awaitNoSessions();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "'height':330,'width':576        | Invalid resolution 576×330. Both width and height must be divisible by 16 Please adjust to a valid"
                + " resolution, e.g., 576×320.",
        "'height':64,'width':8           | width must be a whole number from 16 to 2048; 8 given",
        "'vae_type':'best'               | vae_type must be one of wan, lightvae, tae, lighttae; best given",
        "'vace_enabled':'yes'            | vace_enabled must be true or false; yes given",
        "'vace_context_scale':3          | vace_context_scale must be a number from 0 to 2; 3 given",
        "'ref_images':'a.png'            | ref_images must be a list of at most 32 paths",
        "'quantization':'int4'           | quantization must be null or fp8_e4m3fn; int4 given",
        "'loras':[{'path':'a','scale':1}] | the adapter a is not in the LoRA folder; GET /api/v1/loras lists those that are",
        "'base_seed':-1                  | base_seed must be a whole number of at least 0; -1 given",
        "'seed':'dice'                   | base_seed must be a whole number of at least 0; dice given",
        "'denoising_steps':[1000,'x']    | denoising_steps must be whole numbers from 0 to 1000; [1000, x] given",
    })
    void aLoadThatCannotBeIsRefusedInOneLineThatSaysWhy(String parameters, String reason) throws Exception {
        JsonNode status = load(parameters);

        assertEquals("error", status.get("status").asText());
        assertEquals(reason, status.get("error").asText());
    }

    @Test
    void keysThatAreNotKnownAreNoErrorAndNoNote() throws Exception {
        JsonNode byDefault = load("'height':64,'width':64,'vae_type':'lighttae','lora_merge_mode':'permanent_merge','loras':[],'unknown':1");
        JsonNode without = load(QUICK);

        assertEquals("loaded", byDefault.get("status").asText(), byDefault::toString);
        assertEquals(1, byDefault.get("notes").size(), byDefault::toString);
        assertTrue(byDefault.at("/notes/0").asText().startsWith("random weights: "), byDefault::toString);
        assertEquals(1, without.get("notes").size(), without::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"wan", "lightvae", "tae", "lighttae"})
    void everyAutoencoderLoadsAndMakesPicturesFromNoiseAndFromVideo(String vae) throws Exception {
        assertEquals("loaded", load("'height':48,'width':80,'vae_type':'" + vae + "'").get("status").asText());

        String generated = session("'input_mode':'text'");
        SortedMap<Long, SessionRecorder.Made> first = recorder.chunk(generated, 0);
        SessionRecorder.Made picture = first.get(first.lastKey());
        assertEquals(List.of(80, 48), List.of(picture.width(), picture.height()));
        assertTrue(digests(first).size() > 1, "pictures of a chunk differ");

        String changed = session("'input_mode':'video'");
        feed(changed, Color.RED);
        recorder.chunk(changed, 0, 9);
    }

    @Test
    void theSameSeedAndPromptGiveTheSamePicturesAndAnotherSeedGivesOthers() throws Exception {
        load(QUICK + ",'base_seed':7");
        String first = session("'prompts':[{'text':'a boat'}]");
        String again = session("'prompts':[{'text':'a boat'}]");
        for (int chunk = 0; chunk < 3; chunk++) {
            assertSame(recorder.chunk(first, chunk), recorder.chunk(again, chunk));
        }
        assertEquals(7, ((Number) recorder.applied(first, "prompts").get("seed")).intValue());

        load(QUICK + ",'seed':8");
        String other = session("'prompts':[{'text':'a boat'}]");
        assertOther(recorder.chunk(first, 0), recorder.chunk(other, 0));

        load(QUICK + ",'seed':7");
        String alias = session("'prompts':[{'text':'a boat'}]");
        assertSame(recorder.chunk(first, 0), recorder.chunk(alias, 0));
    }

    @Test
    void anotherPromptGivesOtherPicturesFromTheFirstChunkOn() throws Exception {
        load(QUICK);
        String boat = session("'prompts':[{'text':'a boat'}]");
        String forest = session("'prompts':[{'text':'a dark forest at night'}]");
        String both = session("'prompts':[{'text':'a boat','weight':30},{'text':'a dark forest at night','weight':70}]");

        assertOther(recorder.chunk(boat, 0), recorder.chunk(forest, 0));
        assertOther(recorder.chunk(boat, 0), recorder.chunk(both, 0));
        assertOther(recorder.chunk(forest, 0), recorder.chunk(both, 0));
    }

    @Test
    void aNewPromptChangesThePicturesFromTheChunkThatAppliedIt() throws Exception {
        load(QUICK);
        String steady = session("'prompts':[{'text':'a boat'}]");
        String changing = session("'prompts':[{'text':'a boat'}]");
        recorder.chunk(changing, 0);

        long offset = control(changing, "'prompts':[{'text':'a mosaic'}]");

        Map<String, Object> applied = recorder.applied(changing, "prompts", offset);
        assertEquals(1, offset);
        assertEquals("longlive", applied.get("model"));
        long chunk = (Long) applied.get("chunk");
        assertTrue(chunk > 0);
        for (long before = 0; before < chunk; before++) {
            assertSame(recorder.chunk(steady, before), recorder.chunk(changing, before));
        }
        assertOther(recorder.chunk(steady, chunk), recorder.chunk(changing, chunk));
    }

    @Test
    void aTransitionOfSeveralChunksArrivesAndItsTargetStays() throws Exception {
        load(QUICK);
        String steady = session("'prompts':[{'text':'a boat'}]");
        String mosaic = session("'prompts':[{'text':'a mosaic'}]");
        String slow = session("'prompts':[{'text':'a boat'}]");
        recorder.chunk(slow, 0);

        long offset = control(slow, "'transition':{'target_prompts':[{'text':'a mosaic'}],'num_steps':3}");

        long chunk = (Long) recorder.applied(slow, "transition", offset).get("chunk");
        // The first of its embeddings is the one it starts from, the second is a blend.
        assertOther(recorder.chunk(steady, chunk + 1), recorder.chunk(slow, chunk + 1));
        recorder.chunk(slow, chunk + 3);
        JsonNode parameters = client.get("/api/v1/sessions/" + slow + "/parameters").get("parameters");
        assertEquals("a mosaic", parameters.at("/prompts/0/text").asText());
        assertFalse(parameters.has("transition"));
        // With caches that begin anew it is as if there had never been another prompt.
        long reset = (Long) recorder.applied(slow, "reset_cache", control(slow, "'reset_cache':true")).get("chunk");
        assertEquals(values(recorder.chunk(mosaic, 0)), values(recorder.chunk(slow, reset)));
    }

    @Test
    void fewerStepsAndAResetCacheAreFelt() throws Exception {
        load(QUICK);
        String steady = session("'prompts':[{'text':'a boat'}]");
        String fewer = session("'prompts':[{'text':'a boat'}],'denoising_step_list':[1000,500]");
        assertOther(recorder.chunk(steady, 0), recorder.chunk(fewer, 0));

        long offset = control(steady, "'reset_cache':true");

        long chunk = (Long) recorder.applied(steady, "reset_cache", offset).get("chunk");
        // Seed, prompt and caches are those of the beginning.
        assertEquals(values(recorder.chunk(steady, 0)), values(recorder.chunk(steady, chunk)));
    }

    @Test
    void anAdapterIsLoadedAsItIsListedAndItsScaleChangesWhileItRuns() throws Exception {
        String path = client.get("/api/v1/loras").at("/lora_files/0/path").asText();
        JsonNode status = load(QUICK + ",'lora_merge_mode':'runtime_peft','loras':[{'path':'" + path + "','scale':1.5}]");
        assertEquals("loaded", status.get("status").asText(), status::toString);
        assertEquals("[{'path':'" + path + "','scale':1.5,'merge_mode':'runtime_peft'}]",
                status.get("loaded_lora_adapters").toString().replace('"', '\''));
        String steady = session("'prompts':[{'text':'a boat'}]");
        String changing = session("'prompts':[{'text':'a boat'}]");
        assertSame(recorder.chunk(steady, 0), recorder.chunk(changing, 0));

        long offset = control(changing, "'lora_scales':[{'path':'" + path + "','scale':-3.0}]");

        long chunk = (Long) recorder.applied(changing, "lora_scales", offset).get("chunk");
        // It begins anew, so that but for the scale it would be the first chunk again.
        assertOther(recorder.chunk(steady, 0), recorder.chunk(changing, chunk));
    }

    @Test
    void theInputIsFollowedAsFarAsNoiseScaleSays() throws Exception {
        load(QUICK);
        String video = "'input_mode':'video','noise_controller':false,'denoising_step_list':[1000,750],'noise_scale':";

        double little = distance(firstOf(session(video + "0.2"), Color.RED), firstOf(session(video + "0.2"), Color.BLUE));
        double much = distance(firstOf(session(video + "0.7"), Color.RED), firstOf(session(video + "0.7"), Color.BLUE));

        assertTrue(little > 8, () -> "red and blue differ by " + little);
        assertTrue(much < little, () -> "by " + little + " with little noise, by " + much + " with much");
        // Nothing is left of the input.
        assertSame(firstOf(session(video + "1.0"), Color.RED), firstOf(session(video + "1.0"), Color.BLUE));
    }

    @Test
    void noiseScaleChangesWhileItRuns() throws Exception {
        load(QUICK);
        String parameters = "'input_mode':'video','noise_controller':false,'noise_scale':1.0";
        String red = session(parameters);
        String blue = session(parameters);
        assertSame(firstOf(red, Color.RED), firstOf(blue, Color.BLUE));

        control(red, "'noise_scale':0.2");
        control(blue, "'noise_scale':0.2");
        feed(red, Color.RED);
        feed(blue, Color.BLUE);

        assertEquals(1L, recorder.applied(red, "noise_scale", 1).get("chunk"));
        assertOther(recorder.chunk(red, 1, 9), recorder.chunk(blue, 1, 9));
    }

    @Test
    void aReferenceImageThatIsNotThereIsToldOfAndTheChunkIsMadeAllTheSame() throws Exception {
        load(QUICK.replace("'vace_enabled':false", "'vace_enabled':true"));
        String without = session("'prompts':[{'text':'a boat'}]");
        String asking = session("'prompts':[{'text':'a boat'}],'vace_ref_images':['/etc/passwd','/assets/nobody.png']");

        Map<String, Object> refused = recorder.refused(asking);
        assertEquals("pipeline:longlive", refused.get("source"));
        assertEquals(
                List.of(
                        Map.of("key", "vace_ref_images", "msg",
                                "there is no picture passwd in the assets; upload it with POST /api/v1/assets first"),
                        Map.of("key", "vace_ref_images", "msg",
                                "there is no picture nobody.png in the assets; upload it with POST /api/v1/assets first")),
                refused.get("errors"));
        assertSame(recorder.chunk(without, 0), recorder.chunk(asking, 0));
    }

    @Test
    void whoeverAsksForVaceWhereItIsNotLoadedIsToldOnceAndSeesTheInputAsWithout() throws Exception {
        load(QUICK);
        String parameters = "'input_mode':'video','noise_controller':false,'noise_scale':0.2";
        String asking = session(parameters + ",'vace_enabled':true");
        String without = session(parameters);

        assertSame(firstOf(without, Color.RED), firstOf(asking, Color.RED));
        assertTrue(recorder.refused(asking).get("errors").toString().contains("longlive was loaded without VACE"));
    }

    @Test
    void aSessionChangesBetweenGeneratingAndFollowingItsInput() throws Exception {
        load(QUICK);
        String id = session("'prompts':[{'text':'a boat'}]");
        SortedMap<Long, SessionRecorder.Made> generated = recorder.chunk(id, 0);
        assertEquals(9, generated.size());

        long toVideo = control(id, "'input_mode':'video','noise_scale':0.2");
        client.await("/api/v1/sessions/" + id, session -> session.get("mode").asText().equals("video"));
        feed(id, Color.RED);
        long followed = (Long) recorder.applied(id, "input_mode", toVideo).get("chunk");
        assertOther(generated, recorder.chunk(id, followed, 9));
        assertTrue(client.get("/api/v1/sessions/" + id).get("frames_in").asLong() > 0);

        long toText = control(id, "'input_mode':'text'");
        long free = (Long) recorder.applied(id, "input_mode", toText).get("chunk");
        // It begins anew, and without input there is nothing that could differ from the first time.
        assertEquals(values(generated), values(recorder.chunk(id, free)));
    }

    // --- helpers -------------------------------------------------------------------------------------------------------

    /** The status in which a load ends. */
    private static JsonNode load(String parameters) throws Exception {
        String body = "{'pipeline_id':'longlive','load_params':{" + parameters + "}}";
        HttpResponse<String> taken = client.send("POST", "/api/v1/pipeline/load", body.replace('\'', '"'));
        assertEquals(200, taken.statusCode(), taken.body());
        return client.await("/api/v1/pipeline/status", status -> !status.get("status").asText().equals("loading"));
    }

    private String session(String parameters) throws Exception {
        String body = "{'pipeline_ids':['longlive'],'parameters':{" + parameters + "}}";
        HttpResponse<String> opened = client.send("POST", "/api/v1/sessions", body.replace('\'', '"'));
        assertEquals(201, opened.statusCode(), opened.body());
        open.add(json(opened).get("id").asText());
        return open.getLast();
    }

    /** The offset of the control in the session's log. */
    private static long control(String session, String parameters) throws Exception {
        HttpResponse<String> taken =
                client.send("POST", "/api/v1/sessions/" + session + "/parameters", ("{" + parameters + "}").replace('\'', '"'));
        assertEquals(200, taken.statusCode(), taken.body());
        return json(taken).get("offset").asLong();
    }

    /** Sends as many pictures of one colour as a chunk takes. */
    private static void feed(String session, Color colour) throws Exception {
        BufferedImage picture = new BufferedImage(80, 48, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(colour);
        graphics.fillRect(0, 0, 80, 48);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);
        for (int i = 0; i < 12; i++) {
            HttpResponse<String> taken = hub.send("POST", "/api/v1/sessions/" + session + "/frames",
                    BodyPublishers.ofByteArray(png.toByteArray()), "Content-Type", "image/png");
            assertEquals(202, taken.statusCode(), taken.body());
        }
    }

    private static SortedMap<Long, SessionRecorder.Made> firstOf(String session, Color colour) throws Exception {
        feed(session, colour);
        return recorder.chunk(session, 0, 9);
    }

    private static void assertSame(SortedMap<Long, SessionRecorder.Made> one, SortedMap<Long, SessionRecorder.Made> other) {
        Set<Long> both = new HashSet<>(one.keySet());
        both.retainAll(other.keySet());
        assertFalse(both.isEmpty(), () -> one + " and " + other + " have no frame in common");
        both.forEach(frame -> assertEquals(one.get(frame).digest(), other.get(frame).digest(), "frame " + frame));
    }

    private static void assertOther(SortedMap<Long, SessionRecorder.Made> one, SortedMap<Long, SessionRecorder.Made> other) {
        Set<Long> common = new HashSet<>(digests(one));
        common.retainAll(digests(other));
        assertEquals(Set.of(), common, "pictures that are the same");
    }

    private static Set<Long> digests(SortedMap<Long, SessionRecorder.Made> frames) {
        return new HashSet<>(values(frames));
    }

    private static List<Long> values(SortedMap<Long, SessionRecorder.Made> frames) {
        return frames.values().stream().map(SessionRecorder.Made::digest).toList();
    }

    /** The largest difference of the mean colours of two frames of the same number, 0..255. */
    private static double distance(SortedMap<Long, SessionRecorder.Made> one, SortedMap<Long, SessionRecorder.Made> other) {
        double largest = 0;
        for (Long frame : one.keySet()) {
            for (int i = 0; other.containsKey(frame) && i < 3; i++) {
                largest = Math.max(largest, Math.abs(one.get(frame).mean().get(i) - other.get(frame).mean().get(i)));
            }
        }
        return largest;
    }

    private static JsonNode json(HttpResponse<String> reply) throws IOException {
        return Json.MAPPER.readTree(reply.body());
    }
}
