package dev.caravan.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.FolderModelHub;
import dev.caravan.TestHub;
import dev.caravan.TinySet;
import dev.caravan.api.Json;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.frames.FfmpegPictures;
import dev.caravan.processors.frames.PictureFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.Select;

/** The page shows the controls a schema declares, and what is set there arrives. */
class PageControlsTest {

    private static final String KREA = "krea-realtime-video";
    private static final List<String> OF_VACE =
            List.of("vace_context_scale", "vace_use_input_video", "vace_ref_images", "first_frame_image", "last_frame_image");

    private static FolderModelHub files;
    private static TestHub hub;
    private static Chromium chromium;

    @BeforeAll
    static void start() throws IOException {
        files = new FolderModelHub(TinySet.folder());
        hub = TestHub.start("--close-grace-s=1", "--hf-endpoint=" + files.endpoint(), "--stand-in=longlive=test-card",
                "--stand-in=" + KREA + "=test-card", "--stand-in=optical-flow=test-card");
        chromium = new Chromium(hub.port());
    }

    @AfterAll
    static void stop() {
        chromium.close();
        hub.close();
        files.close();
    }

    @BeforeEach
    void open() {
        hub.load("test-card"); // the page shows how a loaded pipeline was loaded: not one of those looked at here
        chromium.console(); // what is older is not of this test
        chromium.open("http://localhost:8000/");
        chromium.await("the page is filled", "document.querySelectorAll('#pipeline option').length > 0 && about.textContent");
    }

    @AfterEach
    void leave() {
        chromium.open("about:blank");
        chromium.await("no session is left", () -> hub.get("/api/v1/sessions").get("sessions").isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"longlive", "passthrough", KREA, "test-card"})
    void theControlsShownAreThoseTheSchemaDeclaresInEachMode(String id) {
        pipeline(id);
        JsonNode schema = schema(id);
        for (JsonNode mode : schema.get("supported_modes")) {
            source(mode.asText().equals("video") ? "camera" : "none");
            assertEquals(declared(schema, mode.asText(), false), shown(), mode::asText);
        }
        if (schema.get("supports_vace").asBoolean()) {
            toggle("vace_enabled");
            assertEquals(declared(schema, schema.get("supported_modes").get(1).asText(), true), shown());
        }
        assertEquals("", chromium.console());
    }

    @Test
    void aSettingThePageHasNeverHeardOfIsShownByItsTypeAlone() {
        pipeline("passthrough");
        new Select(find("#before")).selectByValue("optical-flow");
        assertEquals(Set.of("model_size"), shown());
        assertEquals(
                texts(schema("optical-flow").at("/config_schema/properties/model_size/enum")),
                new Select(find("[data-control=model_size] select")).getOptions().stream().map(o -> o.getAttribute("value")).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"longlive", KREA})
    void eachModeHasItsDefaultsAndWhatAPersonHasSetStays(String id) {
        pipeline(id);
        find("#load-settings summary").click();
        for (String mode : List.of("video", "text", "video")) {
            source(mode.equals("video") ? "camera" : "none");
            assertEquals(byMode(id, "width", mode).asText(), value("width"));
            assertEquals(byMode(id, "height", mode).asText(), value("height"));
            assertEquals(texts(byMode(id, "denoising_steps", mode)), steps());
        }
        write("width", "640");
        source("none");
        assertEquals("640", value("width"));
        assertEquals(byMode(id, "height", "text").asText(), value("height"));
    }

    @Test
    void howItWasLoadedIsShownAndWhatASessionCanChangeHasTheDefaultOfItsMode() {
        hub.post("/api/v1/pipeline/load", """
                {"pipeline_id":"longlive","load_params":{"height":64,"width":80,"denoising_steps":[1000,750,500,250],"manage_cache":false}}""");
        chromium.await("it is loaded", () -> hub.get("/api/v1/pipeline/status").get("status").asText().equals("loaded"));
        chromium.open("http://localhost:8000/");
        chromium.await("the page is filled", "document.querySelectorAll('#pipeline option').length > 0 && about.textContent");

        assertEquals(List.of("80", "64"), List.of(value("width"), value("height")));
        assertFalse(find("[data-control=manage_cache] input").isSelected());
        assertEquals(texts(byMode("longlive", "denoising_steps", "video")), steps());
        source("none");
        assertEquals(texts(byMode("longlive", "denoising_steps", "text")), steps());
    }

    @Test
    void whatIsChangedWhileItRunsArrivesAndWhatOthersChangeIsShown() {
        pipeline(KREA);
        toggle("vace_enabled");
        find("#start").click();
        String session = session();
        JsonNode begun = parameters(session);
        assertEquals("video", begun.get("input_mode").asText());
        assertEquals("[1000,750]", begun.get("denoising_step_list").toString());
        assertTrue(begun.get("vace_enabled").asBoolean() && begun.get("manage_cache").asBoolean(), begun::toString);
        assertTrue((Boolean) chromium.eval("[...document.querySelectorAll('#load-fields input')].every((e) => e.matches(':disabled'))"));

        slide("noise_scale", Keys.ARROW_LEFT);
        slide("vace_context_scale", Keys.HOME);
        slide("kv_cache_attention_bias", Keys.HOME);
        toggle("noise_controller");
        toggle("manage_cache");
        toggle("vace_use_input_video");
        new Select(find("#blend")).selectByVisibleText("slerp");
        button("[data-control=denoising_steps]", "+ Step").click();
        awaitParameters(session, """
                {"noise_scale":0.69,"vace_context_scale":0.0,"kv_cache_attention_bias":0.01,"noise_controller":false,"manage_cache":false,
                 "vace_use_input_video":false,"prompt_interpolation_method":"slerp","denoising_step_list":[1000,750,375]}""");
        slide("denoising_steps", Keys.HOME); // 100, 750, 375: refused here, so that the last good list stays
        assertEquals("denoising_steps must be strictly descending; [100, 750, 375] given", wrong("denoising_steps"));
        chromium.eval("(document.querySelector('[data-control=noise_scale] input').max = 5, 1)");
        slide("noise_scale", Keys.END);
        chromium.await("what the hub refuses is told where it was set",
                () -> wrong("noise_scale").equals("Input should be less than or equal to 1"));

        source("none"); // the source rests while it runs, the mode does not
        find("[name=mode][value=text]").click();
        awaitParameters(session, "{\"input_mode\":\"text\",\"denoising_step_list\":[1000,750,375]}");

        hub.post("/api/v1/sessions/" + session + "/parameters", """
                {"denoising_step_list":[900,50],"kv_cache_attention_bias":0.3,"manage_cache":true}""");
        chromium.await("the page shows it", () -> steps().equals(List.of("900", "50")));
        assertEquals("0.3", value("kv_cache_attention_bias"));
        assertTrue(find("[data-control=manage_cache] input").isSelected());
        assertEquals("", wrong("denoising_steps"));
    }

    @Test
    void aPictureIsBroughtPickedAndNamedToTheSession(@TempDir Path folder) throws Exception {
        byte[] pixels = new byte[32 * 32 * 3];
        Path file = Files.write(folder.resolve("a hat.png"),
                FfmpegPictures.shared().encode(new Picture.Rgb24(32, 32, pixels), PictureFormat.PNG, 100));
        pipeline("longlive");
        source("none");
        toggle("vace_enabled");
        find("#start").click();
        String session = session();
        find("#pause").click(); // what is used once by the next chunk can be looked at as long as none comes
        chromium.await("it rests", () -> hub.get("/api/v1/sessions/" + session).get("state").asText().equals("paused"));

        button("[data-control=vace_ref_images]", "+").click();
        find("#gallery-file").sendKeys(file.toString());
        chromium.await("it is there and chosen",
                "document.querySelector('#gallery-list [aria-pressed=true] img')?.naturalWidth === 32");
        button("#gallery", "Use").click();

        String path = hub.get("/api/v1/assets?type=image").at("/assets/0/path").asText();
        assertTrue(path.endsWith("a hat.png"), path);
        chromium.await("its path arrived",
                () -> parameters(session).at("/vace_ref_images/0").asText().equals(path));
        find("[data-control=vace_ref_images] .remove").click();
        chromium.await("and is taken back", () -> parameters(session).get("vace_ref_images").isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"width,500", "height,8", "base_seed,-1"})
    void whatTheHubWouldRefuseThePageRefusesInTheSameWords(String name, String value) {
        pipeline("longlive");
        find("#load-settings summary").click();
        write(name, value);
        JsonNode before = hub.get("/api/v1/pipeline/status");
        find("#start").click();
        assertEquals(before, hub.get("/api/v1/pipeline/status"), "nothing is loaded");
        assertTrue(find("#start").isEnabled());
        String words = wrong(name);

        if (!name.equals("base_seed")) { // which a stand-in does not look at
            hub.post("/api/v1/pipeline/load",
                    "{\"pipeline_id\":\"longlive\",\"load_params\":{\"height\":512,\"width\":512,\"" + name + "\":" + value + "}}");
            chromium.await("the hub refuses it", () -> hub.get("/api/v1/pipeline/status").get("status").asText().equals("error"));
            assertEquals(hub.get("/api/v1/pipeline/status").get("error").asText(), words);
        } else {
            assertEquals("base_seed must be a whole number of at least 0; -1 given", words);
        }
        assertTrue((Boolean) chromium.eval("document.activeElement.closest('[data-control]').dataset.control === '" + name + "'"));
    }

    @Test
    void whatStandsBeforeAPipelineRunsBeforeIt() {
        pipeline("longlive");
        new Select(find("#before")).selectByValue("gray");
        find("#start").click();
        String session = session();
        assertEquals(List.of("gray", "longlive"), texts(hub.get("/api/v1/sessions/" + session).get("pipelines")));
    }

    @Test
    void aPipelineWithoutItsFilesSaysSoAndWhatHelps() {
        assertEquals("MemFlow (files missing)", find("#pipeline option[value=memflow]").getText());
        pipeline("memflow");
        chromium.await("it is told", () -> find("#obstacle").getText().contains("./caravan models download memflow"));
        pipeline("longlive");
        assertFalse(find("#obstacle").isDisplayed());
    }

    @Test
    void theFilesOfAPipelineAreFetchedFromThePage() {
        pipeline("streamdiffusionv2");
        button("#obstacle", "Download").click();
        chromium.await("nothing is in the way any more", () -> !find("#obstacle").isDisplayed());
        assertEquals("StreamDiffusionV2", new Select(find("#pipeline")).getFirstSelectedOption().getText());
        assertTrue(hub.get("/api/v1/models/status?pipeline_id=streamdiffusionv2").get("downloaded").asBoolean());
    }

    @Test
    void aPipelineWhoseNetworkIsNotBuiltSaysWhyAndIsNotOffered() {
        pipeline("scribble");
        String told = find("#obstacle").getText();
        assertTrue(told.contains(hub.get("/api/v1/hub/info").at("/unavailable/scribble").asText()), told);
        assertFalse(find("#start").isEnabled());

        pipeline("longlive");
        assertFalse(find("#obstacle").isDisplayed());
        assertTrue(find("#start").isEnabled());
        assertFalse(find("#before option[value=scribble]").isEnabled());
        assertFalse(find("#after option[value=rife]").isEnabled());
        assertTrue(find("#before option[value=edges]").isEnabled());
    }

    @Test
    void theWeightsOfAdaptersThatCanChangeAreSlidersWhileItRuns() {
        chromium.driver().executeScript("""
                const real = window.fetch;
                window.fetch = async (path, how) => {
                  const answer = await real(path, how);
                  if (path !== "/api/v1/pipeline/status") return answer;
                  const adapters = [{ path: "/l/ink.safetensors", scale: 0.5, merge_mode: "runtime_peft" },
                                    { path: "/l/fixed.safetensors", scale: 1, merge_mode: "permanent_merge" }];
                  return new Response(JSON.stringify({ ...await answer.json(), loaded_lora_adapters: adapters }));
                };""");
        pipeline("longlive");
        source("none");
        find("#start").click();
        String session = session();
        find("#pause").click();
        chromium.await("it rests", () -> hub.get("/api/v1/sessions/" + session).get("state").asText().equals("paused"));
        chromium.await("it has a slider", "document.querySelectorAll('[data-control=lora_scales] input').length === 1");
        assertEquals("0.50", find("[data-control=lora_scales] output").getText());
        slide("lora_scales", Keys.END);
        awaitParameters(session, "{\"lora_scales\":[{\"path\":\"/l/ink.safetensors\",\"scale\":10.0}]}");
    }

    // --- what a schema declares --------------------------------------------------------------------------------------

    private static Set<String> declared(JsonNode schema, String mode, boolean vace) {
        Set<String> names = new TreeSet<>();
        for (Map.Entry<String, JsonNode> property : schema.at("/config_schema/properties").properties()) {
            JsonNode ui = property.getValue().path("ui");
            if (ui.isObject() && (!ui.has("modes") || texts(ui.get("modes")).contains(mode))) {
                names.add(property.getKey());
            }
        }
        names.removeAll(OF_VACE);
        if (schema.get("supports_vace").asBoolean()) {
            names.add("vace_enabled");
            names.addAll(vace ? OF_VACE : List.of());
        }
        if (schema.get("supports_lora").asBoolean()) {
            names.add("loras");
        }
        if (schema.get("supports_kv_cache_bias").asBoolean()) {
            names.add("kv_cache_attention_bias");
        }
        if (schema.get("supports_cache_management").asBoolean()) {
            names.add("reset_cache");
        }
        if (schema.get("supports_prompts").asBoolean()) {
            names.addAll(List.of("prompt_interpolation_method", "transition"));
        }
        return names;
    }

    private static JsonNode byMode(String id, String name, String mode) {
        JsonNode own = schema(id).at("/mode_defaults/" + mode + "/" + name);
        return own.isMissingNode() ? schema(id).at("/config_schema/properties/" + name + "/default") : own;
    }

    private static JsonNode schema(String id) {
        return hub.get("/api/v1/pipelines/schemas").get("pipelines").get(id);
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asText).toList();
    }

    // --- what the page shows -----------------------------------------------------------------------------------------

    @SuppressWarnings("unchecked")
    private static Set<String> shown() {
        return new TreeSet<>((List<String>) chromium.eval("""
                [...document.querySelectorAll('[data-control]')].filter((e) => !e.closest('[hidden]')).map((e) => e.dataset.control)"""));
    }

    private static String value(String control) {
        return (String) chromium.eval("document.querySelector('[data-control=" + control + "] input').value");
    }

    @SuppressWarnings("unchecked")
    private static List<String> steps() {
        return (List<String>) chromium.eval("[...document.querySelectorAll('[data-control=denoising_steps] input')].map((e) => e.value)");
    }

    private static String wrong(String control) {
        return (String) chromium.eval("document.getElementById(document.querySelector('[data-control=" + control
                + "] [aria-describedby]').getAttribute('aria-describedby')).textContent");
    }

    // --- hands -------------------------------------------------------------------------------------------------------

    private static void pipeline(String id) {
        new Select(find("#pipeline")).selectByValue(id);
    }

    private static void source(String kind) {
        find("[name=source][value=" + kind + "]").click();
    }

    /** Clicks a flag, which may lie in the folded load settings. */
    private static void toggle(String control) {
        chromium.eval("(document.querySelector('[data-control=" + control + "] input').click(), 1)");
    }

    private static void slide(String control, Keys key) {
        find("[data-control=" + control + "] input[type=range]").sendKeys(key);
    }

    private static void write(String control, String value) {
        find("[data-control=" + control + "] input").sendKeys(Keys.chord(Keys.CONTROL, "a"), value, Keys.TAB);
    }

    private static WebElement find(String selector) {
        return chromium.driver().findElement(By.cssSelector(selector));
    }

    private static WebElement button(String within, String text) {
        return find(within).findElements(By.tagName("button")).stream()
                .filter(button -> button.getText().equals(text))
                .findFirst()
                .orElseThrow();
    }

    // --- the session -------------------------------------------------------------------------------------------------

    /** The id of the session the page has just started, once its picture is shown. */
    private static String session() {
        chromium.await("a picture is shown", "document.getElementById('screen').dataset.state === 'live'");
        return hub.get("/api/v1/sessions").at("/sessions/0/id").asText();
    }

    private static JsonNode parameters(String session) {
        return hub.get("/api/v1/sessions/" + session + "/parameters").get("parameters");
    }

    /** Waits until the session uses these parameters, whatever others it has. */
    private static void awaitParameters(String session, String json) {
        JsonNode wanted = Json.read(json.getBytes());
        JsonNode[] seen = {wanted};
        chromium.await(() -> "the session uses " + wanted + ", not " + seen[0], () -> {
            seen[0] = parameters(session);
            return wanted.properties().stream().allMatch(entry -> entry.getValue().equals(seen[0].get(entry.getKey())));
        });
    }
}
