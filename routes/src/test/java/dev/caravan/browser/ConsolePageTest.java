package dev.caravan.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.TestHub;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

/** The console, used as an operator would use it. */
class ConsolePageTest {

    private static final String CONSOLE = "http://localhost:8000/hawtio/";

    private static TestHub hub;
    private static Chromium chromium;

    @BeforeAll
    static void start() {
        hub = TestHub.start();
        chromium = new Chromium(hub.port());
    }

    @AfterAll
    static void stop() {
        chromium.close();
        hub.close();
    }

    @Test
    void anOperatorSeesRoutesCountAndMovesASession() {
        hub.load("test-card");
        hub.post("/api/v1/sessions",
                "{\"id\":\"show\",\"parameters\":{\"input_mode\":\"text\",\"prompts\":[{\"text\":\"a harbour at night\"}]}}",
                "Content-Type", "application/json");

        chromium.open(CONSOLE + "robots.txt");
        chromium.eval("localStorage.setItem('connect.jolokia.updateRate', '500')");
        chromium.open(CONSOLE + "camel");
        chromium.await("Camel's tree is there", "[...document.querySelectorAll('.pf-v6-c-tree-view__node-text')]"
                + ".some((e) => e.textContent === 'webrtc-out')");
        chromium.await("and the diagram", "document.querySelectorAll('.react-flow__node').length > 0");
        chromium.driver().findElement(By.cssSelector("a[href='/hawtio/camel/routes']")).click();
        chromium.await("the route of generated pictures is listed", completed() + " > 0");
        long before = (Long) chromium.eval(completed());
        chromium.await("and its counter rises", completed() + " > " + before);

        chromium.driver().findElement(By.linkText("Caravan")).click();
        chromium.await("the live session is shown", card("[data-field=state]") + "?.textContent === 'streaming'");
        chromium.await("with its prompt", card("[data-field=prompt]") + ".textContent === 'a harbour at night'");
        chromium.await("and a picture that is not blank", """
                (() => {
                  const image = document.querySelector('[data-session=show] img');
                  if (!image?.complete || !image.naturalWidth) return false;
                  const c = new OffscreenCanvas(32, 18), g = c.getContext('2d');
                  g.drawImage(image, 0, 0, 32, 18);
                  return g.getImageData(0, 0, 32, 18).data.filter((v, i) => i % 4 < 3 && v > 100).length > 100;
                })()""");

        chromium.driver().findElement(By.cssSelector("[data-field=new-prompt]")).sendKeys("<b>a storm</b>", Keys.ENTER);
        chromium.await("the prompt arrives", () ->
                hub.get("/api/v1/sessions/show/parameters").at("/parameters/prompts/0/text").asText().equals("<b>a storm</b>"));
        chromium.await("and is shown as the text it is", card("[data-field=prompt]") + ".textContent === '<b>a storm</b>'");

        click("pause");
        chromium.await("it rests", () -> state().equals("paused"));
        chromium.await("which is shown", card("[data-field=state]") + ".textContent === 'paused'");
        click("resume");
        chromium.await("it goes on", () -> state().equals("streaming"));

        click("stop");
        chromium.await("it asks first", "document.querySelector('[data-action=stop-really]')");
        assertEquals("streaming", state());
        click("stop-really");
        chromium.await("the session ends", () -> hub.status("/api/v1/sessions/show") == 404);
        chromium.await("and is shown no more", "!document.querySelector('[data-session]')");
    }

    /** What Camel's table of routes says that the route of generated pictures has completed; -1 before it says so. */
    private static String completed() {
        return """
                (() => {
                  const table = document.querySelector('table');
                  const column = [...table?.querySelectorAll('thead th') ?? []].findIndex((head) => head.textContent === 'Completed');
                  const row = [...table?.querySelectorAll('tbody tr') ?? []].find((each) => /webrtc-out/.test(each.textContent));
                  return Number(row?.children[column]?.textContent ?? -1);
                })()""";
    }

    private static String card(String field) {
        return "document.querySelector('[data-session=show] " + field + "')";
    }

    private static void click(String action) {
        By button = By.cssSelector("[data-action=" + action + "]");
        chromium.await(action + " can be clicked", () -> !chromium.driver().findElements(button).isEmpty());
        chromium.driver().findElement(button).click();
    }

    private static String state() {
        return hub.get("/api/v1/sessions/show").get("state").asText();
    }
}
