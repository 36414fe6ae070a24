package dev.caravan.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The console, used as an operator would use it. */
class ConsolePageTest {

    private static final String CONSOLE = "http://localhost:8000/hawtio/";
    private static final String ROUTES =
            "dev.caravan.console"; // replaced below

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
    void anOperatorSeesRoutesCountAndMovesASession() throws IOException {
        hub.load("test-card");
        hub.post("/api/v1/sessions", "{\"id\":\"show\",\"parameters\":{\"input_mode\":\"text\",\"prompts\":[{\"text\":\"a harbour at night\"}]}}",
                "Content-Type", "application/json");

        chromium.open(CONSOLE);
        try {
        chromium.await("our page is in the navigation", "[...document.querySelectorAll('nav a')].some((a) => a.textContent === 'Caravan')");
        } finally {
        Files.write(Path.of("/tmp/console0.png"), chromium.screenshot());
        System.err.println(chromium.console());
        }
        chromium.open(CONSOLE + "caravan");
        try {
        chromium.await("the session is listed", "document.querySelector('[data-session=show]')");
        chromium.await("its picture", "document.querySelector('[data-session=show] img')?.naturalWidth > 0");
        } finally {
        Files.write(Path.of("/tmp/console1.png"), chromium.screenshot());
        System.err.println(chromium.console());
        }
        chromium.open(CONSOLE + "camel");
        try { Thread.sleep(8000); } catch (InterruptedException e) {}
        Files.write(Path.of("/tmp/console2.png"), chromium.screenshot());
        System.err.println(chromium.console());
        Files.writeString(Path.of("/tmp/console2.html"), chromium.driver().getPageSource());
    }
}
