"""SIMCom SIM7500 and SIM7600."""

from modem.profiles.model import (
    AuthOrder,
    DriverPart,
    Profile,
    SimulatorPart,
    Source,
    SourceLevel,
)

SIM7600 = Profile(
    name="sim7600",
    title="SIMCom SIM7500/SIM7600",
    cgmi=("SIMCOM INCORPORATED",),
    # The SIM7670 and SIM7672 are another family, whatever their names promise.
    cgmm=(r"SIMCOM_SIM7[56]00",),
    driver=DriverPart(
        auth_order=AuthOrder.PASSWORD_FIRST,
        reset="AT+CRESET",
    ),
    simulator=SimulatorPart(
        manufacturer="SIMCOM INCORPORATED",
        model="SIMCOM_SIM7600G-H",
        revision="LE20B05SIM7600G22",
        ati=(
            "Manufacturer: SIMCOM INCORPORATED",
            "Model: SIMCOM_SIM7600G-H",
            "Revision: LE20B05SIM7600G22",
            "IMEI: {imei}",
            "+GCAP: +CGSM",
            "DeviceInfo: 173,170",
        ),
        boot_urcs=("RDY", "+CPIN: READY", "SMS DONE", "PB DONE"),
        boot_s=10.0,
        memories=(("ME", "MT", "SM", "SR"), ("ME", "MT", "SM"), ("ME", "SM")),
        sizes={"ME": 23, "SM": 40, "SR": 10},
        own_contexts={2: "ims", 3: "sos"},
    ),
    sources={
        "driver.auth_order": Source(
            "SIM7500_SIM7600 AT manual V3.00, quoted in TinyGSM pull request 794",
            SourceLevel.MANUAL,
        ),
        "driver.reset": Source(
            "ModemManager 9a2d586 src/plugins/simtech/mm-broadband-modem-simtech.c l.1160",
            SourceLevel.CODE,
        ),
        "simulator.manufacturer": Source("ATI of a SIM7600G-H", SourceLevel.TRANSCRIPT),
        "simulator.model": Source("ATI of a SIM7600G-H", SourceLevel.TRANSCRIPT),
        "simulator.revision": Source("ATI of a SIM7600G-H", SourceLevel.TRANSCRIPT),
        "simulator.ati": Source("ATI of a SIM7600G-H", SourceLevel.TRANSCRIPT),
        "simulator.boot_urcs": Source(
            "cold boot of a SIM7600, gist github0013/a4980521", SourceLevel.TRANSCRIPT
        ),
        "simulator.boot_s": Source(
            "gist github0013/a4980521: 9.5 s to the first answer", SourceLevel.TRANSCRIPT
        ),
        "simulator.memories": Source("AT+CPMS=? of a SIM7600 HAT", SourceLevel.TRANSCRIPT),
        "simulator.sizes": Source(
            "AT+CPMS? of a SIM7600 HAT (ME 23); SM is the card's, SR small", SourceLevel.TRANSCRIPT
        ),
        "simulator.own_contexts": Source(
            "AT+CGDCONT? in TinyGSM issue 649 and LilyGO T-SIM7600X issue 90",
            SourceLevel.TRANSCRIPT,
        ),
    },
)
