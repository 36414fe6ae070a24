package dev.caravan.traces;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who may know whom. */
class TracesArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPath("target/classes");

    @Test
    void tracesKnowTheStoreysBelowAndNoOtherRoomOfTheApplication() {
        noClasses().that().resideInAPackage("dev.caravan.traces")
                .should().dependOnClassesThat(resideInAPackage("dev.caravan..")
                        .and(not(resideInAnyPackage("dev.caravan.traces", "dev.caravan.processors..", "dev.caravan.inference.."))))
                .check(CLASSES);
    }

    @Test
    void nobodyElseKnowsOpenTelemetry() {
        noClasses().that().resideOutsideOfPackage("dev.caravan.traces")
                .should().dependOnClassesThat().resideInAnyPackage("io.opentelemetry..")
                .check(CLASSES);
    }
}
