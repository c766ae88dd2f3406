"""The words that names are made of. None of them means a real enterprise or person."""

BRAND_FIRST = (
    ("云", "Yun"), ("海", "Hai"), ("星", "Xing"), ("恒", "Heng"), ("嘉", "Jia"), ("瑞", "Rui"), ("粤", "Yue"),
    ("湾", "Wan"), ("盛", "Sheng"), ("德", "De"), ("联", "Lian"), ("汇", "Hui"), ("华", "Hua"), ("安", "An"),
    ("信", "Xin"), ("捷", "Jie"), ("鹏", "Peng"), ("腾", "Teng"), ("启", "Qi"), ("远", "Yuan"), ("融", "Rong"),
    ("卓", "Zhuo"), ("凯", "Kai"), ("优", "You"), ("品", "Pin"), ("百", "Bai"), ("万", "Wan"), ("金", "Jin"),
    ("宏", "Hong"), ("泰", "Tai"), ("明", "Ming"), ("晨", "Chen"), ("木", "Mu"), ("棠", "Tang"), ("禾", "He"),
)  # fmt: skip
BRAND_SECOND = (
    ("帆", "fan"), ("达", "da"), ("通", "tong"), ("源", "yuan"), ("丰", "feng"), ("和", "he"), ("诚", "cheng"),
    ("辉", "hui"), ("科", "ke"), ("创", "chuang"), ("业", "ye"), ("桥", "qiao"), ("舟", "zhou"), ("航", "hang"),
    ("润", "run"), ("邦", "bang"), ("力", "li"), ("越", "yue"), ("新", "xin"), ("宇", "yu"), ("天", "tian"),
    ("成", "cheng"), ("锐", "rui"), ("尚", "shang"), ("美", "mei"), ("康", "kang"), ("佳", "jia"), ("朗", "lang"),
    ("途", "tu"), ("象", "xiang"), ("岸", "an"), ("潮", "chao"), ("山", "shan"), ("禧", "xi"), ("森", "sen"),
)  # fmt: skip
TRADES = (
    ("跨境电子商务", "Cross-border E-commerce", "跨境电子商务；货物进出口；互联网销售"),
    ("进出口贸易", "Import and Export", "货物进出口；技术进出口；国内贸易代理"),
    ("供应链管理", "Supply Chain Management", "供应链管理服务；报关业务；仓储服务"),
    ("食品贸易", "Food Trading", "食品销售；食品进出口；冷链仓储"),
    ("电子科技", "Electronic Technology", "电子产品研发、制造与销售；货物进出口"),
    ("家居用品", "Household Products", "家居用品制造与销售；货物进出口"),
    ("美妆贸易", "Beauty Trading", "化妆品批发与零售；货物进出口"),
    ("服饰", "Apparel", "服装服饰制造与销售；货物进出口"),
    ("国际物流", "International Logistics", "国际货物运输代理；国内货物运输代理；仓储服务"),
    ("玩具制造", "Toy Manufacturing", "玩具制造与销售；模具制造；货物进出口"),
)
ENTERPRISE_TYPES = (
    "有限责任公司(自然人投资或控股)",
    "有限责任公司(法人独资)",
    "有限责任公司(台港澳法人独资)",
    "股份有限公司(非上市)",
    "有限责任公司(外商投资、非独资)",
)
STREETS = (
    "科技园路", "滨海大道", "港前路", "保税一路", "创新二路", "南沙大道", "黄埔东路", "前湾一路", "珠江路",
    "工业大道", "学府路", "海滨路", "信息路", "金融街", "物流园北路", "江湾路",
)  # fmt: skip
SURNAMES = (
    "陈", "李", "黄", "张", "林", "梁", "刘", "吴", "罗", "杨", "何", "郑", "谢", "曾", "郭", "叶", "邓", "苏",
    "冯", "蔡", "卢", "潘", "梅", "欧阳",
)  # fmt: skip
GIVEN_NAMES = (
    "伟明", "志强", "建华", "文杰", "俊杰", "家豪", "子轩", "浩然", "嘉欣", "雅婷", "丽华", "秀英", "思敏",
    "晓彤", "雨桐", "慧玲", "国栋", "永康", "海燕", "静怡", "梓晴", "锦程", "启航", "若琳", "泽宇", "敏仪",
)  # fmt: skip
HONG_KONG_NAMES = (
    ("滙港", "Harbour Link"), ("維港", "Victoria Bay"), ("獅山", "Lion Rock"), ("青馬", "Tsing Ma"),
    ("太平", "Peak View"), ("半島", "Peninsula"), ("東方", "Orient Star"), ("海逸", "Harbour Plaza"),
    ("金鐘", "Admiralty"), ("紅荔", "Red Lychee"), ("翠濤", "Jade Wave"), ("銀河", "Silver River"),
)  # fmt: skip
HONG_KONG_TRADES = (
    ("貿易有限公司", "Trading Limited"), ("物流有限公司", "Logistics Limited"),
    ("電子商務有限公司", "E-Commerce Limited"), ("國際有限公司", "International Limited"),
)  # fmt: skip
HONG_KONG_STREETS = (
    "Nathan Road, Kowloon", "Des Voeux Road Central", "Kwun Tong Road, Kowloon", "Castle Peak Road, Kwai Chung",
    "Gloucester Road, Wan Chai", "King's Road, Quarry Bay",
)  # fmt: skip
MACAU_NAMES = (
    ("濠江", "Hou Kong"), ("蓮峰", "Lin Fong"), ("南灣", "Praia Grande"), ("氹仔", "Taipa"),
    ("路環", "Coloane"), ("東望洋", "Guia"), ("媽閣", "A-Ma"), ("新口岸", "Porto Exterior"),
)  # fmt: skip
MACAU_TRADES = (
    ("貿易行", "Comércio Geral"), ("進出口有限公司", "Importação e Exportação, Limitada"),
    ("食品有限公司", "Produtos Alimentares, Limitada"),
)  # fmt: skip
MACAU_STREETS = ("Avenida da Praia Grande", "Avenida do Infante D. Henrique", "Rua de Évora, Taipa")
PRODUCT_BRANDS = (
    "Lumina", "北岸", "Maple & Moss", "南洋小铺", "Kinto Bay", "青禾", "Alder", "木棉", "Nordlys", "云上", "Solano",
    "海角", "Tidewater", "一棠", "Fennel", "山野集",
)  # fmt: skip
LICENCES = (
    ("食品经营许可证", "Food business licence", "预包装食品销售"),
    ("对外贸易经营者备案", "Foreign trade operator filing", "货物进出口"),
    ("道路运输经营许可证", "Road transport licence", "普通货运"),
    ("危险化学品经营许可证", "Dangerous chemicals licence", "不带储存设施经营"),
    ("医疗器械经营备案", "Medical device filing", "第二类医疗器械销售"),
    ("增值电信业务经营许可证", "Value-added telecom licence", "信息服务业务"),
)
PLACES = (
    "广州南沙保税仓",
    "深圳前海保税仓",
    "黄埔口岸",
    "皇岗口岸",
    "拱北口岸",
    "深圳湾口岸",
    "白云机场货站",
    "香港葵涌码头",
)
