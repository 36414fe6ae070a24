package dev.caravan.browser;

import static dev.caravan.browser.Screen.RED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.TestHub;
import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.frames.FfmpegPictures;
import dev.caravan.processors.frames.PictureFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.support.ui.Select;

/** The page at {@code /}, used as a person would use it. */
@Tag("full-rate")
class PageTest {

    private static final String PAGE = "http://localhost:8000/";
    /** What stands in the page's first prompt. */
    private static final String PROMPT = "A caravan crossing golden dunes at sunset, cinematic";

    private static TestHub hub;
    private static Chromium chromium;

    @BeforeAll
    static void start() {
        hub = TestHub.start("--close-grace-s=1");
        chromium = new Chromium(hub.port());
    }

    @AfterAll
    static void stop() {
        chromium.close();
        hub.close();
    }

    @BeforeEach
    void open() {
        chromium.console(); // what is older is not of this test
        chromium.open(PAGE);
        chromium.await("the page is filled", "document.querySelectorAll('#pipeline option').length > 0 && about.textContent");
    }

    @AfterEach
    void leave() {
        chromium.open("about:blank");
        chromium.await("no session is left", () -> sessions() == 0);
    }

    @Test
    void itLoadsWithoutAComplaintOfTheBrowserAndListsEveryPipeline() {
        chromium.await("the state of the hub is shown", "document.querySelectorAll('#checks li').length > 0");
        assertEquals((long) hub.get("/api/v1/pipelines/schemas").get("pipelines").size(),
                chromium.eval("document.querySelectorAll('#pipeline option').length"));
        assertTrue(find("#about").getText().contains("without Kafka"));
        assertEquals("", chromium.console());
    }

    @Test
    void theKeyboardAloneStartsPromptsAndStops() {
        tabTo("[name=source]");
        press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
        assertEquals("none", chromium.eval("document.querySelector('[name=source]:checked').value"));
        tabTo("#pipeline");
        press("Test");
        assertEquals("test-card", chromium.eval("pipeline.value"));
        tabTo("#start");
        press(Keys.ENTER);
        Screen screen = new Screen(chromium, "#output");
        screen.awaitPrompt(PROMPT);

        tabTo("#prompts textarea");
        press(Keys.chord(Keys.CONTROL, "a"), "A harbour at night", Keys.ENTER);
        screen.awaitPrompt("A harbour at night");
        chromium.await("figures are shown", "Number(document.querySelector('#stats dd').textContent) >= 20");
        chromium.await("the picture's size is shown", "stats.textContent.includes('576×320')");

        tabTo("#stop");
        press(Keys.ENTER);
        chromium.await("the session is gone", () -> sessions() == 0);
        awaitIdle();
    }

    @Test
    void promptsAreBlendedByTheirWeightsAndAPauseHoldsThePicture() {
        startTestCard();
        String id = hub.get("/api/v1/sessions").at("/sessions/0/id").asText();
        find("#add-prompt").click();
        press("a storm", Keys.ENTER);
        Screen screen = new Screen(chromium, "#output");
        screen.awaitPrompt(PROMPT + "\n" + "a storm");
        chromium.driver().findElements(By.cssSelector("#prompts input[type=range]")).getLast().sendKeys(Keys.ARROW_LEFT);
        chromium.await("its weight is one per cent less", () ->
                hub.get("/api/v1/sessions/" + id + "/parameters").at("/parameters/prompts/1/weight").asDouble() == 0.99);

        find("#pause").click();
        chromium.await("it rests", () -> hub.get("/api/v1/sessions/" + id).get("state").asText().equals("paused"));
        int shown = screen.awaitCounterAbove(0);
        find("#pause").click();
        screen.awaitCounterAbove(shown + 30);
    }

    @Test
    void theWallShowsWhatRunsAndAnotherTabWatchesItFromThere() {
        startTestCard();
        chromium.await("the wall shows the session", "document.querySelectorAll('#wall .tile').length === 1");
        chromium.await("with its prompt", "document.querySelector('#wall .prompt').textContent === '" + PROMPT + "'");
        chromium.await("and a picture that is not black", """
                (() => {
                  const image = document.querySelector('#wall img');
                  if (!image.complete || !image.naturalWidth) return false;
                  const c = new OffscreenCanvas(32, 18), g = c.getContext('2d');
                  g.drawImage(image, 0, 0, 32, 18);
                  return g.getImageData(0, 0, 32, 18).data.filter((v, i) => i % 4 < 3 && v > 100).length > 100;
                })()""");

        String first = chromium.driver().getWindowHandle();
        chromium.driver().switchTo().newWindow(WindowType.TAB);
        chromium.open(PAGE);
        chromium.await("the wall is there", "document.querySelectorAll('#wall .tile').length === 1");
        button("#wall", "Watch").click();
        new Screen(chromium, "#output").awaitPrompt(PROMPT);
        assertTrue(find("#watching").getText().startsWith("Watching "));
        chromium.await("both watch", () -> hub.get("/api/v1/sessions").at("/sessions/0/viewers").size() == 2);

        button("#wall", "End").click();
        awaitIdle();
        chromium.driver().close();
        chromium.driver().switchTo().window(first);
        awaitIdle();
        assertFalse(find(".notice").getText().isEmpty());
    }

    @Test
    void aPipelineWithoutItsModelsIsAnErrorInWords() {
        source("none");
        new Select(find("#pipeline")).selectByValue("longlive");
        find("#start").click();
        chromium.await("the reason is shown", "document.querySelector('.notice[data-kind=error]')");
        String told = find(".notice[data-kind=error] span").getText();
        assertTrue(told.contains("longlive") && told.contains("download"), told);
        assertTrue(find("#start").isEnabled());
    }

    @Test
    void aPictureFileIsASource(@TempDir Path folder) throws IOException, BadPictureException {
        byte[] red = new byte[576 * 320 * 3];
        for (int i = 0; i < red.length; i++) {
            red[i] = RED.get(i % 3).byteValue();
        }
        Path file = Files.write(folder.resolve("red.png"),
                FfmpegPictures.shared().encode(new Picture.Rgb24(576, 320, red), PictureFormat.PNG, 100));
        source("file");
        find("#file").sendKeys(file.toString());
        new Select(find("#pipeline")).selectByValue("passthrough");
        find("#start").click();
        new Screen(chromium, "#output").awaitColour(288, 160, RED);
        assertTrue(find("#preview").isDisplayed());
        find("#stop").click();
        chromium.await("the session is gone", () -> sessions() == 0);
    }

    @Test
    void aPhoneShowsItWithoutScrollingSideways() {
        chromium.driver().executeCdpCommand("Emulation.setDeviceMetricsOverride",
                Map.of("width", 375, "height", 740, "deviceScaleFactor", 2, "mobile", true));
        try {
            chromium.open(PAGE);
            chromium.await("the page is filled", "document.querySelectorAll('#pipeline option').length > 0");
            assertFits();
            startTestCard();
            chromium.await("the wall shows the session", "document.querySelectorAll('#wall .tile').length === 1");
            assertFits();
            assertTrue((Boolean) chromium.eval(
                    "[...document.querySelectorAll('button')].filter((b) => b.offsetParent).every((b) => b.offsetHeight >= 24)"),
                    "buttons are large enough for a finger");
        } finally {
            chromium.driver().executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        }
    }

    @Test
    void aHubWithATokenIsOpenedByItAloneAndAnotherOneCanBeGivenLater() {
        try (TestHub guarded = TestHub.start("--token=open sesame")) {
            chromium.open("http://localhost:" + guarded.port() + "/");
            chromium.await("it asks", "document.getElementById('token-dialog').open");
            giveToken("wrong");
            chromium.await("it asks again and says why",
                    "document.getElementById('token-dialog').open && !document.getElementById('token-wrong').hidden");
            giveToken("open sesame");
            chromium.await("the page is filled", "document.querySelectorAll('#pipeline option').length > 0 && about.textContent");
            assertFalse((Boolean) chromium.eval("document.getElementById('token-dialog').open"));

            find("#token-button").click();
            giveToken("an older one");
            chromium.await("it asks again", "document.getElementById('token-dialog').open && !document.getElementById('token-wrong').hidden");
            giveToken("open sesame");
            startTestCard();
        }
    }

    @Test
    void aLinkFromTheWallLetsAViewerWatchAndDoNothingElse() {
        startTestCard();
        String id = hub.get("/api/v1/sessions").at("/sessions/0/id").asText();
        chromium.await("the wall shows the session", "document.querySelectorAll('#wall .tile').length === 1");
        chromium.eval("void Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => { window.copied = text; }}})");
        button("#wall", "Invite").click();
        chromium.await("the link is copied", "window.copied");
        String link = String.valueOf(chromium.eval("window.copied"));

        String first = chromium.driver().getWindowHandle();
        chromium.driver().switchTo().newWindow(WindowType.TAB);
        try {
            watchByLink(link, id);
        } finally {
            chromium.driver().close();
            chromium.driver().switchTo().window(first);
        }
    }

    private static void watchByLink(String link, String id) {
        // A link may carry its token behind the # as ours do, or as a query.
        chromium.open(link.replace("#", "?"));
        Screen screen = new Screen(chromium, "#output");
        screen.awaitPrompt(PROMPT);
        screen.awaitCounterAbove(screen.awaitCounterAbove(0) + 30);
        assertEquals(PAGE, chromium.driver().getCurrentUrl());
        assertEquals("Watching " + id, find("#watching").getText());
        for (String control : List.of("#start", "#stop", "#pipeline", "#load-settings", "#prompting", "#settings", "#live")) {
            assertFalse(find(control).isDisplayed(), control);
        }
        chromium.await("its tile can be watched and nothing else",
                "[...document.querySelectorAll('#wall button')].filter((b) => b.offsetParent).map((b) => b.textContent).join() === 'Watch'");
        assertEquals("", chromium.console());

        chromium.open("about:blank");
        chromium.open(link);
        screen.awaitPrompt(PROMPT);
        assertEquals(PAGE, chromium.driver().getCurrentUrl());
    }

    // --- hands -------------------------------------------------------------------------------------------------------

    private static void startTestCard() {
        source("none");
        new Select(find("#pipeline")).selectByValue("test-card");
        find("#start").click();
        new Screen(chromium, "#output").awaitPrompt(PROMPT);
    }

    private static void source(String kind) {
        find("[name=source][value=" + kind + "]").click();
    }

    private static void giveToken(String token) {
        find("#token").sendKeys(token);
        find("#token-dialog button").click();
    }

    /** Presses Tab until the element has the focus. */
    private static void tabTo(String selector) {
        for (int i = 0; i < 40; i++) {
            if ((Boolean) chromium.eval("document.activeElement.matches('" + selector + "')")) {
                return;
            }
            press(Keys.TAB);
        }
        throw new AssertionError("Tab does not reach " + selector);
    }

    private static void press(CharSequence... keys) {
        chromium.driver().switchTo().activeElement().sendKeys(keys);
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

    private static void awaitIdle() {
        chromium.await("nothing is shown and it can start again", """
                document.getElementById('screen').dataset.state === 'idle'
                    && !document.getElementById('start').disabled && document.getElementById('stop').disabled""");
    }

    private static int sessions() {
        return hub.get("/api/v1/sessions").get("sessions").size();
    }

    private static void assertFits() {
        assertEquals(List.of(375L, 375L), chromium.eval("[innerWidth, document.documentElement.scrollWidth]"));
    }
}
