package dev.caravan;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Who may know whom among the rooms of the application. */
class RoutesArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.caravan")
            .that(DescribedPredicate.not(JavaClass.Predicates.resideInAnyPackage("dev.caravan.inference..", "dev.caravan.processors..")));

    @Test
    void roomsDoNotGoInCircles() {
        slices().matching("dev.caravan.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void nobodyKnowsTheCompositionRoot() {
        noClasses().that().resideInAPackage("dev.caravan.*..").should().dependOnClassesThat().resideInAPackage("dev.caravan").check(CLASSES);
    }

    @Test
    void nobodyReadsTheSystemClock() {
        noClasses().should().callMethod(System.class, "currentTimeMillis").orShould().callMethod(Instant.class, "now")
                .orShould().callMethod(Clock.class, "systemUTC").check(CLASSES);
    }
}
