package dev.caravan.metrics;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who may know whom. */
class MetricsArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPath("target/classes");

    @Test
    void metricsKnowNoOtherRoomOfTheApplication() {
        noClasses().that().resideInAPackage("dev.caravan.metrics")
                .should().dependOnClassesThat().resideInAnyPackage(
                        "dev.caravan", "dev.caravan.api..", "dev.caravan.http..", "dev.caravan.config..", "dev.caravan.security..")
                .check(CLASSES);
    }

    @Test
    void nobodyElseKnowsTheLibraryThatCounts() {
        noClasses().that().resideOutsideOfPackage("dev.caravan.metrics")
                .should().dependOnClassesThat().resideInAnyPackage("io.micrometer..", "io.prometheus..")
                .check(CLASSES);
    }
}
