package dev.caravan.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.SessionRecorder;
import dev.caravan.TestHub;
import dev.caravan.TinySet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.support.ui.Select;

/** The page with networks behind it, small and of random weights: what a hub says of them as it really says it. */
class PageOnTinyModelsTest {

    private static TestHub hub;
    private static SessionRecorder recorder;
    private static Chromium chromium;

    @BeforeAll
    static void start() {
        hub = TinySet.hub("--close-grace-s=1");
        recorder = new SessionRecorder(hub);
        chromium = new Chromium(hub.port());
    }

    @AfterAll
    static void stop() {
        chromium.close();
        recorder.close();
        hub.close();
    }

    @BeforeEach
    void open() {
        hub.load("test-card"); // the page shows how a loaded pipeline was loaded
        chromium.console(); // what is older is not of this test
        chromium.open("http://localhost:8000/");
        chromium.await("the page is filled", "document.querySelectorAll('#pipeline option').length > 0 && about.textContent");
        find("[name=source][value=none]").click();
    }

    @AfterEach
    void leave() {
        chromium.open("about:blank");
        chromium.await("no session is left", () -> hub.get("/api/v1/sessions").get("sessions").isEmpty());
    }

    @Test
    void randomWeightsAreNamedBesideThePipelineOnThePictureAndOnTheWall() {
        assertFalse(find("#warning").isDisplayed());
        small("longlive");
        begin();
        chromium.await("it is labelled", () -> find("#warning").isDisplayed());
        assertEquals("random weights", find("#warning").getText());
        chromium.await("so is the one on the wall", "document.querySelector('#wall .note')?.textContent === 'random weights'");

        find("#stop").click();
        chromium.await("nothing is labelled any more", () -> !find("#warning").isDisplayed());
        chromium.await("notes are shown beside the pipeline", "document.querySelectorAll('#pipeline-notes li').length === 1");
        String notes = find("#pipeline-notes").getText();
        assertTrue(notes.startsWith("random weights: "), notes);
        new Select(find("#pipeline")).selectByValue("test-card");
        chromium.await("they are not those of another", () -> !find("#pipeline-notes").isDisplayed());
        assertEquals("", chromium.console());
    }

    @Test
    void theWeightOfAnAdapterIsASliderThatBeginsAnewWithEachSession() {
        small("longlive");
        adapter("runtime_peft");
        String session = begin();
        chromium.await("it has a slider", "document.querySelectorAll('[data-control=lora_scales] input').length === 1");
        assertEquals("1.00", scale());
        find("[data-control=lora_scales] input").sendKeys(Keys.HOME);
        assertEquals("-10.00", scale());
        Map<?, ?> sent = (Map<?, ?>) ((List<?>) ((Map<?, ?>) recorder.applied(session, "lora_scales").get("parameters")).get("lora_scales")).getFirst();
        assertEquals(hub.get("/api/v1/pipeline/status").at("/loaded_lora_adapters/0/path").asText(), sent.get("path"));
        assertEquals(-10.0, sent.get("scale"));

        find("#stop").click();
        begin();
        chromium.await("it has its slider again", "document.querySelectorAll('[data-control=lora_scales] input').length === 1");
        assertEquals("1.00", scale());
    }

    @Test
    void anAdapterOfAnotherModelIsRefusedInOneLine() {
        small("krea-realtime-video");
        adapter("permanent_merge");
        find("#start").click();
        chromium.await("the reason is shown", "document.querySelector('.notice[data-kind=error]')");
        String told = find(".notice[data-kind=error] span").getText();
        assertTrue(told.matches("random-weights-\\w+\\.safetensors was trained for another base model: [^\n]*"), told);
        assertTrue(find("#start").isEnabled());
    }

    @Test
    void whoWatchesAGuidedSessionOfAChainFindsItsControls() {
        find("[name=source][value=camera]").click();
        small("longlive");
        new Select(find("#before")).selectByValue("edges");
        find("[data-control=vace_enabled] input").click();
        String session = begin();
        JsonNode begun = hub.get("/api/v1/sessions/" + session);
        assertEquals("[\"edges\",\"longlive\"]", begun.get("pipelines").toString());
        find("[data-control=vace_context_scale] input").sendKeys(Keys.END);
        recorder.applied(session, "vace_context_scale", 1);

        String first = chromium.driver().getWindowHandle();
        chromium.driver().switchTo().newWindow(WindowType.TAB);
        chromium.open("http://localhost:8000/");
        chromium.await("the wall is there", "document.querySelectorAll('#wall .tile').length === 1");
        find("#wall button").click();
        chromium.await("it is watched", "document.getElementById('watching').textContent.startsWith('Watching ')");
        chromium.await("with the strength of what guides it", () -> find("[data-control=vace_context_scale] input").isDisplayed()
                && find("[data-control=vace_context_scale] input").getAttribute("value").equals("2"));
        chromium.driver().close();
        chromium.driver().switchTo().window(first);
    }

    // --- hands -------------------------------------------------------------------------------------------------------

    /** Chooses a pipeline at a size and with an autoencoder that take little time. */
    private static void small(String id) {
        new Select(find("#pipeline")).selectByValue(id);
        if (!Boolean.TRUE.equals(chromium.eval("document.getElementById('load-settings').open"))) {
            find("#load-settings summary").click();
        }
        for (String side : List.of("width", "height")) {
            find("[data-control=" + side + "] input").sendKeys(Keys.chord(Keys.CONTROL, "a"), "64", Keys.TAB);
        }
        new Select(find("[data-control=vae_type] select")).selectByValue("lighttae");
    }

    private static void adapter(String merge) {
        chromium.await("adapters are listed", "document.querySelector('[data-control=loras] select').options.length > 1");
        new Select(find("[data-control=loras] select")).selectByIndex(1);
        new Select(find("[data-control=lora_merge_strategy] select")).selectByValue(merge);
    }

    /** Starts; the session's id, once its picture is shown. */
    private static String begin() {
        find("#start").click();
        chromium.await("a picture is shown", "document.getElementById('screen').dataset.state === 'live'");
        JsonNode sessions = hub.get("/api/v1/sessions").get("sessions");
        return sessions.get(sessions.size() - 1).get("id").asText();
    }

    private static String scale() {
        return find("[data-control=lora_scales] output").getText();
    }

    private static WebElement find(String selector) {
        return chromium.driver().findElement(By.cssSelector(selector));
    }
}
