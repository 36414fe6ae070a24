package dev.caravan.processors.webrtc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.caravan", importOptions = ImportOption.DoNotIncludeTests.class)
class WebRtcArchitectureTest {

    @ArchTest
    static final ArchRule onlyOnePackageTouchesTheLibrary = noClasses()
            .that().resideOutsideOfPackage("dev.caravan.processors.webrtc.libwebrtc")
            .should().dependOnClassesThat().resideInAPackage("dev.onvoid..");

    @ArchTest
    static final ArchRule peersDoNotKnowTheirEngine = noClasses()
            .that().resideInAPackage("dev.caravan.processors.webrtc")
            .should().dependOnClassesThat().resideInAPackage("dev.caravan.processors.webrtc.libwebrtc");
}
