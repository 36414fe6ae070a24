package dev.caravan.processors;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who may know whom. */
class ProcessorsArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.caravan");

    @Test
    void sessionsKnowNeitherCamelNorTheOutsideWorld() {
        noClasses().that().resideInAPackage("..processors.session..")
                .should().dependOnClassesThat().resideInAnyPackage(
                        "org.apache.camel..", "dev.onvoid..", "org.apache.kafka..", "org.bytedeco..", "io.vertx..",
                        "..processors.webrtc..", "..processors.inference..", "..processors.kafka..", "..processors.frames..",
                        "..processors.media..")
                .check(CLASSES);
    }

    @Test
    void theDoorToSessionsKnowsNoOtherDoor() {
        noClasses().that().resideInAPackage("..processors.inference..")
                .should().dependOnClassesThat().resideInAnyPackage(
                        "..processors.webrtc..", "dev.onvoid..", "org.apache.kafka..", "org.bytedeco..")
                .check(CLASSES);
    }

    @Test
    void pipelinesKnowNobodyAboveThem() {
        noClasses().that().resideInAPackage("dev.caravan.inference..")
                .should().dependOnClassesThat().resideInAnyPackage("dev.caravan.processors..", "org.apache.camel..")
                .check(CLASSES);
    }
}
