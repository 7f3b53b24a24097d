import pytest

from index.load.formats.encodings import detect

MARKUP = '<div class="menu"><a href="/news">Home</a></div><p class="body">'


@pytest.mark.parametrize(
    "text",
    [
        "30 €",
        "21 °C",
        "Müller",
        "año",
        "Café in Köln",
        "10 £ each",
        "§ 5 Abs. 2",
        "½ cup",
        "naïve",
        "It’s here",
        "“…”",
        "Ação e reação",
        "L’été, à Orléans – déjà vu",
        "smörgåsbord",
        "Ærø",
        "ÄÖÜäöüß",
        "a±b, x²y, 5 m³",
        "————————\nReport\n————————",
        "Tromsø, Málaga",
    ],
)
def test_a_short_text_is_a_western_one(text: str) -> None:
    assert _read(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("text", "encodings"),
    [
        (
            "Die Straße nach Köln wurde für längere Zeit gesperrt. Übrigens wäre das früher nötig gewesen.",
            ("cp1252",),
        ),
        (
            "Le conseil municipal s’est réuni lundi à l’hôtel de ville. Les élus ont "
            "débattu du budget de l’année prochaine, où les dépenses d’éducation sont très "
            "élevées. « C’est décidé », a déclaré le maire après trois heures de débat.",
            ("cp1252",),
        ),
        (
            "El año pasado la compañía aumentó su producción en un quince por ciento. Según"
            " el informe, los niños y los jóvenes fueron los más beneficiados por el "
            "programa de educación pública.",
            ("cp1252",),
        ),
        (
            "A administração não apresentou solução para a situação das habitações. As "
            "negociações serão retomadas amanhã, após a reunião com os sindicatos da "
            "região.",
            ("cp1252",),
        ),
        (
            "Regeringen har besluttet at hæve afgiften på brændstof fra næste år. Mange "
            "kommuner frygter, at det går ud over små virksomheder og ældre på øerne.",
            ("cp1252",),
        ),
        (
            "Það er margt að sjá í Reykjavík og á Þingvöllum. Veðrið var gott og við fórum "
            "út að ganga með börnunum og höfðum það mjög gaman.",
            ("cp1252",),
        ),
        (
            "W zeszłym roku spółka zwiększyła produkcję o piętnaście procent. Według "
            "raportu najwięcej zyskały dzieci i młodzież, które uczęszczają do szkół "
            "publicznych. Następne posiedzenie odbędzie się w środę.",
            ("cp1250", "iso8859_2"),
        ),
        (
            "Vláda rozhodla, že příští rok zvýší daň z pohonných hmot. Mnoho obcí se obává,"
            " že to těžce dopadne na malé podniky a starší občany. Další jednání proběhne "
            "ve čtvrtek.",
            ("cp1250", "iso8859_2"),
        ),
        (
            "A kormány úgy döntött, hogy jövőre megemeli az üzemanyagok adóját. Sok "
            "önkormányzat attól tart, hogy ez súlyosan érinti a kisvállalkozásokat és az "
            "idősebb polgárokat. A következő ülés csütörtökön lesz.",
            ("cp1250", "iso8859_2"),
        ),
        (
            "Vlada je odlučila da će iduće godine povećati porez na gorivo. Mnoge općine se"
            " boje da će to teško pogoditi male tvrtke i starije građane. Sljedeća sjednica"
            " održat će se u četvrtak.",
            ("cp1250",),
        ),
        (
            "Hükümet gelecek yıl akaryakıt vergisini artırmaya karar verdi. Birçok "
            "belediye, bunun küçük işletmeleri ve yaşlı vatandaşları zor durumda "
            "bırakacağından korkuyor. Bir sonraki toplantı perşembe günü yapılacak.",
            ("cp1254",),
        ),
        (
            "Правительство решило повысить налог на топливо в следующем "
            "году. Многие города опасаются, что это тяжело скажется на "
            "малых предприятиях и пожилых людях.",
            ("cp1251", "koi8_r", "cp866"),
        ),
        (
            "Уряд вирішив підвищити податок на паливо наступного року. "
            "Багато міст побоюються, що це важко позначиться на малих "
            "підприємствах і літніх людях.",
            ("cp1251",),
        ),
        (
            "Η κυβέρνηση αποφάσισε να αυξήσει τον φόρο στα καύσιμα το "
            "επόμενο έτος. Πολλοί δήμοι φοβούνται ότι αυτό θα πλήξει "
            "σοβαρά τις μικρές επιχειρήσεις και τους ηλικιωμένους.",
            ("cp1253", "iso8859_7"),
        ),
        (
            "הממשלה החליטה להעלות את המס על הדלק בשנה הבאה. רשויות רבות "
            "חוששות שהדבר יפגע קשות בעסקים קטנים ובאזרחים ותיקים.",
            ("cp1255",),
        ),
        (
            "قررت الحكومة رفع الضريبة على الوقود في العام المقبل. وتخشى "
            "بلديات كثيرة أن يضر ذلك بالشركات الصغيرة وكبار السن.",
            ("cp1256",),
        ),
        (
            "政府决定明年提高燃油税。许多城市担心这会严重影响小企业和老年人。下一次会议将于星期四举行，届时将公布详细计划。",
            ("gb18030",),
        ),
        (
            "政府決定明年提高燃油稅。許多城市擔心這會嚴重影響小企業和老年人。下一次會議將於星期四舉行，屆時將公布詳細計畫。",
            ("big5",),
        ),
        (
            "政府は来年、燃料税を引き上げることを決めた。多くの自治体は、中小企業や高齢者に大きな影響が出るのではないかと心配している"
            "。次の会議は木曜日に開かれる。",
            ("cp932", "euc_jp"),
        ),
        (
            "정부는 내년에 유류세를 올리기로 결정했다. 많은 지방자치단체는 "
            "이것이 소기업과 노인들에게 큰 영향을 미칠 것을 우려하고 있다. 다음 회의는 목요일에 열린다.",
            ("cp949",),
        ),
        (
            "Vyriausybė nusprendė kitais metais padidinti degalų mokestį. Daugelis savivaldybių baiminasi.",
            ("cp1257",),
        ),
    ],
)
def test_a_text_of_some_length_tells_its_encoding(text: str, encodings: tuple[str, ...]) -> None:
    for encoding in encodings:
        for longer in (text, text * 20, MARKUP * 8 + text):
            assert _read(longer.encode(encoding)) == longer


def test_what_can_be_no_text_has_none() -> None:
    assert detect(bytes(range(128, 256)) * 3) is None
    assert detect(b"word \x81 word") is None


def _read(data: bytes) -> str:
    encoding = detect(data)
    assert encoding is not None
    return data.decode(encoding)
