"""Quectel EC20, EC21, EC25, EG25-G, EG91 and EG95."""

from modem.profiles.model import (
    AuthCommand,
    DriverPart,
    Profile,
    Setting,
    SimulatorPart,
    Source,
    SourceLevel,
)

_MANUAL = "EC2x AT commands manual"

EC25 = Profile(
    name="ec25",
    title="Quectel EC20/EC21/EC25/EG25/EG9x",
    cgmi=("Quectel",),
    cgmm=(r"EC20(?!0)", r"EC2[15]", r"EG2[15]", r"EG9[15](?![0-9])"),
    driver=DriverPart(
        auth=AuthCommand.QICSGP,
        reset="AT+CFUN=1,1",
        roaming=Setting(
            query='AT+QCFG="roamservice"',
            wanted='"roamservice",2',
            command='AT+QCFG="roamservice",2,1',
        ),
    ),
    simulator=SimulatorPart(
        manufacturer="Quectel",
        model="EC25",
        revision="EC25EFAR06A01M4G",
        ati=("Quectel", "EC25", "Revision: EC25EFAR06A01M4G"),
        boot_urcs=(
            "RDY",
            "+CFUN: 1",
            "+CPIN: READY",
            "+QUSIM: 1",
            "+QIND: SMS DONE",
            "+QIND: PB DONE",
        ),
        boot_s=30.0,
        memories=(("SM", "ME", "MT", "SR"),) * 3,
        sizes={"ME": 255, "SM": 50, "SR": 10},
        aliases={"MT": "ME"},
        own_contexts={2: "ims", 3: "sos"},
    ),
    sources={
        "driver.auth": Source(
            "QICSGP read and written on EC20 and EC200U-CN", SourceLevel.TRANSCRIPT
        ),
        "driver.reset": Source("EG800Q/EG91xQ AT manual 1.1, 2.21", SourceLevel.MANUAL),
        "driver.roaming": Source(
            "emnify's page on cellular modules; values by AT+QCFG=? of an EC25",
            SourceLevel.TRANSCRIPT,
        ),
        "simulator.manufacturer": Source("ATI in a driver's test fixture", SourceLevel.CODE),
        "simulator.model": Source("ATI in a driver's test fixture", SourceLevel.CODE),
        "simulator.revision": Source("ATI in a driver's test fixture", SourceLevel.CODE),
        "simulator.ati": Source("ATI in a driver's test fixture", SourceLevel.CODE),
        "simulator.boot_urcs": Source("EG25-G of a PinePhone", SourceLevel.TRANSCRIPT),
        "simulator.boot_s": Source("EG25-G of a PinePhone", SourceLevel.TRANSCRIPT),
        "simulator.memories": Source(f"{_MANUAL} 9.4", SourceLevel.MANUAL),
        "simulator.sizes": Source(f"{_MANUAL} 9.4; SM is the card's", SourceLevel.MANUAL),
        "simulator.aliases": Source(
            f"{_MANUAL} 9.4: MT is the same store as ME", SourceLevel.MANUAL
        ),
        "simulator.own_contexts": Source(
            "AT+CGDCONT? of an EC20 after boot, from its carrier profile", SourceLevel.TRANSCRIPT
        ),
    },
)
