package dev.caravan.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.TestHub;
import dev.caravan.TinySet;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.Select;

/** Whoever sees pictures made with random weights on the page is told so. */
class PageNotesTest {

    @Test
    void randomWeightsAreNamedBesideThePipelineOnThePictureAndOnTheWall() {
        try (TestHub hub = TinySet.hub("--close-grace-s=1");
                Chromium chromium = new Chromium(hub.port())) {
            hub.post("/api/v1/pipeline/load",
                    "{\"pipeline_id\":\"longlive\",\"load_params\":{\"width\":256,\"height\":144,\"vae_type\":\"tae\"}}");
            chromium.await("it is loaded", () -> hub.get("/api/v1/pipeline/status").get("status").asText().equals("loaded"));
            chromium.open("http://localhost:8000/");
            chromium.await("the page is filled", "document.querySelectorAll('#pipeline option').length > 0 && about.textContent");
            assertFalse(find(chromium, "#warning").isDisplayed());

            chromium.await("notes are shown beside the pipeline", "document.querySelectorAll('#pipeline-notes li').length === 1");
            String notes = find(chromium, "#pipeline-notes").getText();
            assertTrue(notes.startsWith("random weights: "), notes);
            Select pipeline = new Select(find(chromium, "#pipeline"));
            pipeline.selectByValue("test-card");
            chromium.await("they are not those of another", () -> !find(chromium, "#pipeline-notes").isDisplayed());
            pipeline.selectByValue("longlive");

            find(chromium, "[name=source][value=none]").click();
            find(chromium, "#start").click();
            chromium.await("a picture is shown", "document.getElementById('screen').dataset.state === 'live'");
            chromium.await("it is labelled", () -> find(chromium, "#warning").isDisplayed());
            assertEquals("random weights", find(chromium, "#warning").getText());
            chromium.await("so is the one on the wall", "document.querySelector('#wall .note')?.textContent === 'random weights'");

            find(chromium, "#stop").click();
            chromium.await("nothing is labelled any more", () -> !find(chromium, "#warning").isDisplayed());
            assertEquals("", chromium.console());
        }
    }

    private static WebElement find(Chromium chromium, String selector) {
        return chromium.driver().findElement(By.cssSelector(selector));
    }
}
