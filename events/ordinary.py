"""Words that are also names: met in a text they say little, so a name made of them is reported with less certainty."""

from events.search import STOP_WORDS

_ENGLISH = """
abbey able acre age agent air alder all alley allow amber angel apple april arch archer art ash autumn bacon badger
baker ball band bank banks bar barber barker barley barn barrow base basin bass bay beach beam bean bear beard beck
bee bell bench berry best better bill birch bird bishop black blade bland blaze bliss block bloom blue board boat bold
bolt bond book booth borough boss bottle bow bowl bowman box boy branch brand brave bread bridge bridges bright brook
brooks broom brown buck bull bush butcher butler button buyer cable camp campus cannon canon cap capital captain car
card care carpenter carter carver case cash castle cave chair chambers chance chancellor change chapel chapman chase
cherry chief child children christmas church civil clay clear clerk cliff close cloud coach coal coast cold cole
college comfort common commons constant cook cool cooper corn corner cotton couch counsel court coward crane crisp
crop cross crow crown crystal curry dale dance dark dash data day deal dean dear december deep delay den deputy desert
dew diamond dinner diplomat dock doctor dollar dorm dove down drake draper drew drinkwater driver drum duck duke dust
dyer each eagle early earth east easter edge ember end english equal even ever every experience fair faith fall farm
farmer fast feather february fell fern field fields finch fine fir fire first fish fisher flag flint flood flower
flowers folk ford fore forest forester forge fort forward foster fountain fowler fox frank free freedom freeman french
friday friend friends frost full fuller gain gale game garden gardener gates gay gem general gentle german gift glass
glory glover go gold golden good goodman grace grain grand grant grass grave graves gray great green greene grey grove
grow guard guest guide gun guy half hall ham hammer hand hands hardy harp harper harvest hawk hay head health heart
heath heather hedge hedges held hero heron high highland hill hills hobby holder holiday holly home honour hood hook
hope horn horne horse house human hunt hunter ice idle in innocent instance iron islam island ivory ivy jack jade
january jasmine jay jewel job joiner jolly joy judge july june just justice keen keep key keys kid king kings knight
lab labour lace lady lake lamb lance land lane large lark last late law lawless laws lawyer lay lead leader leaf
learned leave leaves legal less liberty light lily lime lines link lion list little lively loan lock lodge long looks
lord lot love low lowe loyal luck lucky lumber mace maker mallet man manner manners marble march mark market marks
marsh marshal marshall martin mason masters may mayor meadows means mercer merchant mercy merit merry message miles
milk mill miller mills mine minister mint mission mix model monday money moody moon moor moral more morning moss most
mould mount mountain name nation nations nature neck need new newman nice night nightingale noble noon norm north
notice november now nurse oak oakes oats ocean october off office old olive only open opportunity orange order orders
over page pages painter palace pale palm palmer paper parent parish park parker parks parliament parson parsons part
partner partridge pass past pastor patience patient peace peacock peak pearl peck peel pen penny people pepper perfect
perry person pierce pike pilgrim pine pink piper pitch place plain plant plate play point pole police pond pool poor
pope port porter post potter pound powder power powers press price pride priest prince prior proctor proper prosper
proud provost prudence public purple quick quiet quill race rain ram ranger rank raven ray reader ready red reed
regent rent reward rice rich richer riches ride rider ring rise river rivers road roads robin rock rod roman rook
rookie room roots rose rosy round royal ruby rule rush rust sad saddler safe sage sail saint sale salmon salt sand
sands satin saturday savage savannah save sawyer say school sea seal search season second self senior september serene
servant set seven shade shadow shaft sharp sharpe shepherd ship shirt shore short shot silence silver simple singer
single six skinner sky slate slaughter sleep slim slow small smart snow soldier son song south sparks sparrow speaker
spear speed spice spring springs square squire stable stack staples star stark starr state states steel steeple step
stern steward stewart still stock stocks stone storm story strange strawberry stream street strength strong style
sugar summer summers sun sunday swan sweet swift sword table tailor tall tanner teal tear temple ten term thatcher
thorn thursday tide tiger till timber time tipping toll tower towers town trace trade travel travers treasure treaty
tree trees trip trout true trust truth tuesday turner twist under union unity usher vale valley view vine violet
virgin virtue vision wade wagner wait waiter wake walker wall walls ward warden ware warm warner warren wash water
waters way weaver web wednesday week weeks welcome well wells welsh west western wheat wheel wheeler white wick wild
wildman will willing willow win wind wine winner winter winters wise wish wolf woman women wood woodman woods woody
word words work worker workman world worth wren write yard year yellow yeoman york young younger youth zone
"""
_SPANISH_AND_FRENCH = """
blanco bon bonheur bravo bueno campos casa castillo centre costa cruz delgado dulce flores forte franco guerra
iglesias leon libre luna luz mar marin mayor mejor monde montes mundo nuevo pascal paz petit prado ramos rey reyes
rico rios rojo roman rosa rosas sala salas santa santos sierra sol soto torres trigo vega verde villa
"""
# Countries, places and terms of art, with a capital anywhere: alone they are never taken for somebody.
_CAPITALISED = """
action africa agenda albania algeria alliance america angola argentina armenia asia assembly australia austria
azerbaijan bahrain bangladesh barbados belarus belgium benin berlin bern boston botswana brasil brazil britain
brussels bulgaria burgos burundi cairo cambodia cambridge cameroon canada carolina chad charter chile china colombia
commission committee congo convention council court croatia cuba cyprus dakota denmark dublin ecuador egypt england
eritrea estonia ethiopia europe fiji finland florence florida forum france gabon gambia general geneva georgia germany
ghana government governments greece group guinea hague haiti hamburg holland honduras hungary iceland india indonesia
internet iran iraq ireland israel italia italy jamaica japan jordan kazakhstan kent kenya korea kuwait laos latvia law
laws lebanon lesotho liberia libya lincoln lisbon lithuania london luxembourg madrid malawi malaysia mali malta member
mexico milan ministry mission moldova monaco mongolia montana morocco mozambique namibia nation nations nepal
netherlands niger nigeria norway oman oslo ottawa oxford pakistan palau palestine panama paraguay paris parliament
persia peru philippines poland pole poles portugal prague programme protocol qatar roma romania rome russia rwanda
samoa santiago secretary security senegal serbia singapore slovakia slovenia somalia spain state states sudan summit
suriname sweden sydney syria taiwan tanzania team thailand togo tonga treaty trinidad tunisia turkey tuvalu uganda
ukraine union uruguay vanuatu venezuela victoria vienna vietnam virginia wales washington wellington windsor yemen
york zambia zimbabwe
"""

NEVER_ALONE = frozenset(_CAPITALISED.split())
ORDINARY = STOP_WORDS | NEVER_ALONE | frozenset(_ENGLISH.split()) | frozenset(_SPANISH_AND_FRENCH.split())
