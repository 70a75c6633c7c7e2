package privacy

import "regexp"

const (
	// surnames are the most common ones that hardly begin another word after the words that introduce a name.
	surnames = `王李张刘陈杨赵吴周徐孙朱胡郭何林罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆郝孔邵史毛邱秦侯顾孟薛尹段雷侍龚阎闫` +
		`贺葛兰樊俞殷翟焦贾柴霍苗岳尚牛卫裴郗樵晋宁耿詹欧覃韦岑莫祁邢鲍屈柯聂涂芦蔺荆窦靳冀卜`
	// doubtful surnames are ordinary words as often as names.
	doubtful = `高马黄方金石夏江白万常武康安龙文温乔严洪申路季时成连左古车明管易关项单包童向齐于`
	compound = `欧阳|司马|上官|诸葛|司徒|皇甫|令狐|慕容|尉迟|长孙|夏侯|东方|公孙|宇文`
	// labels stand before a name in a form.
	labels = `姓名|名字|联系人|反映人|申请人|投诉人|举报人|当事人|收件人|户主|署名`
)

var (
	named        = `((?:` + compound + `|[` + surnames + doubtful + `])\p{Han}{1,2})`
	namedSurely  = `((?:` + compound + `|[` + surnames + `])\p{Han}{1,2})`
	namedEnglish = `([A-Z][a-z]{1,19}(?: [A-Z][a-z]{1,19})?)\b`
)

// names need words that introduce them: a list of surnames alone would find them everywhere.
var names = []pattern{
	{Name, false, regexp.MustCompile(`(?:(?:我|名字?)叫|(?:` + labels + `)[ :=是为叫]{1,3}) ?` + named), nil},
	// Without a mark between, the name must end where the words end.
	{Name, false, regexp.MustCompile(`(?:` + labels + `|本人|我是)` + namedSurely + `(?:\P{Han}|$)`), nil},
	{Name, false, regexp.MustCompile(`(?:[Mm]y name is|(?:[Nn]ame|[Cc]ontact(?: person)?):) ?` + namedEnglish), nil},
}
