package dev.caravan.console;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Who may know whom around the console. */
class ConsoleArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter().importPath(Path.of("target/classes/dev/caravan"));

    @Test
    void beansKnowNothingOfHowTheyAreAskedFor() {
        noClasses().that().resideInAPackage("dev.caravan.jmx")
                .should().dependOnClassesThat()
                .resideInAnyPackage("dev.caravan.console..", "dev.caravan.http..", "org.apache.camel..", "io.vertx..", "org.jolokia..")
                .check(CLASSES);
    }

    @Test
    void theConsoleKnowsTheBeansByNameOnly() {
        noClasses().that().resideInAPackage("dev.caravan.console")
                .should().dependOnClassesThat().resideInAPackage("dev.caravan.jmx")
                .check(CLASSES);
    }

    @Test
    void nobodyBelowKnowsTheConsoleOrTheBeans() {
        noClasses().that().resideInAnyPackage("dev.caravan.api..", "dev.caravan.http..", "dev.caravan.config..", "dev.caravan.security..")
                .should().dependOnClassesThat().resideInAnyPackage("dev.caravan.console..", "dev.caravan.jmx..")
                .check(CLASSES);
    }

    @Test
    void onlyTheConsoleTouchesJolokia() {
        noClasses().that().resideOutsideOfPackage("dev.caravan.console")
                .should().dependOnClassesThat().resideInAPackage("org.jolokia..")
                .check(CLASSES);
    }
}
