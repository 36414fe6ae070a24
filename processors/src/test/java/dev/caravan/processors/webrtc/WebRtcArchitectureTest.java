package dev.caravan.processors.webrtc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class WebRtcArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter().importPath(Path.of("target/classes/dev/caravan"));

    @Test
    void onlyOnePackageTouchesTheLibrary() {
        noClasses()
                .that().resideOutsideOfPackage("dev.caravan.processors.webrtc.libwebrtc")
                .should().dependOnClassesThat().resideInAPackage("dev.onvoid..")
                .check(CLASSES);
    }

    @Test
    void peersDoNotKnowTheirEngine() {
        noClasses()
                .that().resideInAPackage("dev.caravan.processors.webrtc")
                .should().dependOnClassesThat().resideInAPackage("dev.caravan.processors.webrtc.libwebrtc")
                .check(CLASSES);
    }
}
