package dev.caravan.inference;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.time.Clock;
import java.time.Instant;

/** Who may import whom in this storey (DESIGN §2). */
@AnalyzeClasses(packages = "dev.caravan", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule inferenceKnowsNothingOfTheStoreysAboveNorOfTheirLibraries = noClasses()
            .that()
            .resideInAPackage("dev.caravan.inference..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.caravan.processors..", "dev.caravan.api..", "dev.caravan.http..", "dev.caravan.config..",
                    "org.apache.camel..", "io.vertx..", "dev.onvoid..", "org.apache.kafka..", "org.bytedeco..", "java.awt..", "javax.imageio..");

    @ArchTest
    static final ArchRule framesKnowNothingElse = classes()
            .that()
            .resideInAPackage("dev.caravan.inference.frame")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.caravan.inference.frame", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule drawingKnowsFramesOnly = classes()
            .that()
            .resideInAPackage("dev.caravan.inference.draw")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.caravan.inference.draw", "dev.caravan.inference.frame", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule nobodyButTheirListKnowsThePipelinesThatComeWithTheHub = noClasses()
            .that()
            .resideOutsideOfPackage("dev.caravan.inference.pipeline.builtin")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.caravan.inference.pipeline.builtin");

    @ArchTest
    static final ArchRule packagesDependOnEachOtherOneWayOnly =
            slices().matching("dev.caravan.inference.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule nobodyReadsTheSystemClock = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(Clock.class, "systemUTC");

    @ArchTest
    static final ArchRule nothingIsDeserialisedOrPrinted = noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ObjectInputStream.class)
            .orShould()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");
}
